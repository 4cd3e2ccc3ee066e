import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { count } from '../../state/format';
import { changes, compact, mergePatch, parseObject, pretty, type Change } from '../../state/json';
import type { Problem } from '../../state/problem';
import type { JsonObject, TwinView } from '../../wire/twin';

const DOCUMENT_BYTES_MAX = 32 * 1_024;
/** Changes listed before one reads the document instead. */
const CHANGES_SHOWN = 12;

type How = 'patch' | 'replace';

interface Props {
  readonly id: string;
  readonly twin: TwinView;
  readonly onClose: () => void;
}

/** Desired as a merge patch or as the whole document. What it will change is shown before; a version that came meanwhile is shown beside one's own. */
export function DesiredEditor({ id, twin, onClose }: Props) {
  const { details } = useStore();
  const how = useSignal<How>('patch');
  const text = useSignal('{\n  \n}');
  /** The version that this edit began with. */
  const base = useSignal(twin.desired.version);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const conflict = useSignal(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);

  const parsed = parseObject(text.value, DOCUMENT_BYTES_MAX);
  const result = !parsed.ok ? null : how.value === 'patch' ? (mergePatch(twin.desired.value, parsed.value) as JsonObject) : parsed.value;
  const effect = result === null ? [] : changes(twin.desired.value, result);
  const overtaken = twin.desired.version !== base.value;

  const choose = (next: How) => {
    how.value = next;
    text.value = next === 'patch' ? '{\n  \n}' : pretty(twin.desired.value);
    base.value = twin.desired.version;
    conflict.value = false;
    problem.value = null;
  };
  const write = async (ifVersion: number) => {
    if (!parsed.ok || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await details.writeDesired(id, parsed.value, how.value, ifVersion);
    busy.value = false;
    if (outcome.ok) {
      onClose();
    } else if (outcome.answer.kind === 'conflict') {
      conflict.value = true;
      await details.readTwin();
    } else {
      problem.value = outcome.problem;
    }
  };

  return (
    <form
      class="editor"
      aria-label="Desired"
      data-testid="desired-editor"
      onSubmit={(event) => {
        event.preventDefault();
        void write(base.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          onClose();
        } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !overtaken) {
          event.preventDefault();
          void write(base.value);
        }
      }}
    >
      <div class="segments" role="group" aria-label="How to edit">
        <button type="button" aria-pressed={how.value === 'patch'} onClick={() => choose('patch')}>Merge patch</button>
        <button type="button" aria-pressed={how.value === 'replace'} onClick={() => choose('replace')}>Whole document</button>
      </div>
      <label class="field">
        <span>{how.value === 'patch' ? 'Members to set; null removes one' : 'The whole of desired'}</span>
        <textarea
          ref={area}
          class="mono"
          rows={how.value === 'patch' ? 6 : 12}
          spellcheck={false}
          value={text.value}
          aria-invalid={!parsed.ok}
          aria-describedby="desired-effect"
          data-testid="desired-text"
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <div id="desired-effect" class="effect" aria-live="polite">{parsed.ok ? <Effect of={effect} /> : <span class="fault">{parsed.fault}</span>}</div>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      {overtaken || conflict.value ? (
        <Conflict twin={twin} base={base.value} mine={result} busy={busy.value} onTake={() => choose(how.value)} onOverwrite={() => {
          base.value = twin.desired.version;
          conflict.value = false;
          void write(twin.desired.version);
        }} />
      ) : (
        <div class="buttons">
          <WriteButton type="submit" kind="primary" testid="desired-write" busy={busy.value} refusal={!parsed.ok ? 'It is not JSON yet.' : effect.length === 0 ? 'It changes nothing.' : null}>
            Write version {count(base.value + 1)}
          </WriteButton>
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <span class="quiet">made from version {count(base.value)}; Ctrl+Enter writes</span>
        </div>
      )}
    </form>
  );
}

function Effect({ of }: { readonly of: readonly Change[] }) {
  if (of.length === 0) {
    return <span class="quiet">changes nothing</span>;
  }
  return (
    <ul aria-label="What will change">
      {of.slice(0, CHANGES_SHOWN).map((change) => (
        <li key={change.pointer}>
          <code>{change.pointer}</code> {change.before === undefined ? 'is new: ' : change.after === undefined ? 'goes, was ' : `${compact(change.before, 60)} → `}
          <strong>{compact(change.after ?? change.before, 60)}</strong>
        </li>
      ))}
      {of.length > CHANGES_SHOWN && <li class="quiet">and {count(of.length - CHANGES_SHOWN)} more</li>}
    </ul>
  );
}

interface ConflictProps {
  readonly twin: TwinView;
  readonly base: number;
  readonly mine: JsonObject | null;
  readonly busy: boolean;
  readonly onTake: () => void;
  readonly onOverwrite: () => void;
}

function Conflict({ twin, base, mine, busy, onTake, onOverwrite }: ConflictProps) {
  const now = twin.desired.version;
  return (
    <div class="conflict" role="alert" data-testid="desired-conflict">
      <p><strong>▲ Somebody was faster.</strong> Desired is at version {count(now)} now; this edit began with version {count(base)}. Nothing of it was written.</p>
      <div class="sides">
        <div><h3>There now, version {count(now)}</h3><pre tabIndex={0}>{pretty(twin.desired.value)}</pre></div>
        <div><h3>What yours would make of it</h3><pre tabIndex={0}>{mine === null ? 'not JSON yet' : pretty(mine)}</pre></div>
      </div>
      <div class="buttons">
        <WriteButton kind="primary" testid="desired-overwrite" busy={busy} refusal={mine === null ? 'It is not JSON yet.' : null} onClick={onOverwrite}>Write mine as version {count(now + 1)}</WriteButton>
        <button type="button" class="button" data-testid="desired-take" onClick={onTake}>Drop mine, begin from what is there</button>
      </div>
    </div>
  );
}
