import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../app/context';
import type { QueryError } from '../state/query/lex';
import { parseQuery } from '../state/query/parse';
import { devicesRoute } from '../state/route';
import { Icon } from './marks';

const ID = 'search';
/** Typing rests this long before it is searched, ms. */
const TYPING_MS = 120;

export function focusSearch(): void {
  const input = document.getElementById(ID);
  if (input instanceof HTMLInputElement) {
    input.focus();
    input.select();
  }
}

/** One query for all pages. On the page of devices it searches while one types; elsewhere Enter goes there. */
export function SearchBox() {
  const { navigation } = useStore();
  const route = navigation.route.value;
  const inUrl = route.page === 'devices' ? route.q : '';
  const text = useSignal(inUrl);
  const focused = useSignal(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();

  useEffect(() => {
    // The address changed (a link, back): show what it says, unless the user is typing it.
    if (!focused.peek() || text.peek().trim() === '') {
      text.value = inUrl;
    }
  }, [inUrl, route.page]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const parsed = parseQuery(text.value);
  const search = (how: 'go' | 'replace') => {
    clearTimeout(timer.current);
    const now = navigation.route.peek();
    navigation[how](devicesRoute(text.peek().trim(), now.page === 'devices' ? now.sort : undefined));
  };
  const onInput = (value: string) => {
    text.value = value;
    clearTimeout(timer.current);
    if (navigation.route.peek().page === 'devices' && parseQuery(value).ok) {
      timer.current = setTimeout(() => search('replace'), TYPING_MS);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && parsed.ok) {
      search(navigation.route.peek().page === 'devices' ? 'replace' : 'go');
      document.querySelector<HTMLElement>('.table')?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      (event.currentTarget as HTMLElement).blur();
    }
  };

  return (
    <search class={`search${parsed.ok ? '' : ' wrong'}`}>
      <Icon name="search" />
      <input
        id={ID}
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder="Search: online and temp>80"
        aria-label="Search devices"
        aria-invalid={!parsed.ok}
        aria-describedby={parsed.ok ? undefined : 'search-problem'}
        value={text.value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKey}
        onFocus={() => (focused.value = true)}
        onBlur={() => (focused.value = false)}
      />
      {text.value === '' ? !focused.value && <kbd aria-hidden="true">/</kbd> : (
        <button type="button" class="icon-button clear" aria-label="Clear the search" onClick={() => (onInput(''), focusSearch())}>
          <Icon name="close" />
        </button>
      )}
      {!parsed.ok ? <Problem text={text.value} error={parsed.error} /> : focused.value && text.value === '' && <Hints />}
    </search>
  );
}

/** Points at the character. */
function Problem({ text, error }: { readonly text: string; readonly error: QueryError }) {
  const from = Math.max(0, error.at - 30);
  return (
    <div class="float" id="search-problem" role="alert" data-testid="search-problem">
      <pre>
        {(from > 0 ? '…' : '') + text.slice(from, error.at + 20)}
        {'\n'}
        <span class="at" aria-hidden="true">{' '.repeat(error.at - from + Number(from > 0))}^</span>
      </pre>
      <p>At character {error.at + 1}: {error.message}</p>
    </div>
  );
}

const HINTS: readonly (readonly [string, string])[] = [
  ['pump', 'part of the id'],
  ['online  stale  offline', 'the state'],
  ['temp>80  flow<=2.5', 'a metric, by the beginning of its name'],
  ['age>5min', 'silent for longer'],
  ['type:pump  group:oslo/line-2', 'what it is, and where: in the group or below'],
  ['tag:hall=3  firmware<2.1', 'a tag, a version'],
  ['alarm:critical  alarming', 'its worst alarm, any alarm'],
  ['flapping  pending', 'comes and goes; its twin is behind'],
  ['and  or  not  ( )', 'put together'],
];

function Hints() {
  return (
    <div class="float">
      <dl>
        {HINTS.map(([what, means]) => (
          <>
            <dt key={what}>{what}</dt>
            <dd>{means}</dd>
          </>
        ))}
      </dl>
    </div>
  );
}
