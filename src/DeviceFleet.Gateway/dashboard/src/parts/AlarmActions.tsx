import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../app/context';
import { changeAlarm } from '../app/details';
import type { Problem } from '../state/problem';
import type { Alarm, AlarmAction } from '../wire/alarms';
import { ProblemNote } from './ProblemNote';
import { WriteButton } from './WriteButton';

export type AlarmMode = 'none' | 'assign' | 'comment' | 'clear';

const COMMENT_LENGTH_MAX = 1_000;
const NAME_LENGTH_MAX = 128;

interface Props {
  readonly alarm: Alarm;
  /** Which form is open; outside, so that keys can open it. */
  readonly mode: Signal<AlarmMode>;
  /** Keys are told where they work. */
  readonly keys?: boolean;
}

/** What a person does with an alarm. Clearing says what it will mean before it is done. */
export function AlarmActions({ alarm, mode, keys = false }: Props) {
  const store = useStore();
  const busy = useSignal<AlarmAction | null>(null);
  const problem = useSignal<Problem | null>(null);
  const cleared = alarm.state === 'cleared' ? 'It is cleared already.' : null;

  const act = async (action: AlarmAction, text: string | null = null) => {
    if (busy.peek() !== null) {
      return;
    }
    busy.value = action;
    problem.value = null;
    const outcome = await changeAlarm(store.api, alarm, action, text);
    busy.value = null;
    if (outcome.ok) {
      store.keepAlarm(outcome.value);
      mode.value = 'none';
    } else {
      problem.value = outcome.problem;
    }
  };
  const toggle = (next: AlarmMode) => (mode.value = mode.value === next ? 'none' : next);

  return (
    <div class="alarm-actions">
      <div class="buttons">
        <WriteButton
          kind="primary"
          testid="alarm-acknowledge"
          refusal={alarm.state === 'active' ? null : (cleared ?? `${alarm.acknowledgedBy ?? 'Somebody'} acknowledged it already.`)}
          busy={busy.value === 'acknowledge'}
          onClick={() => void act('acknowledge')}
          {...(keys && { keys: 'a' })}
        >
          Acknowledge
        </WriteButton>
        <WriteButton testid="alarm-assign" refusal={cleared} onClick={() => toggle('assign')} {...(keys && { keys: 's' })}>Assign</WriteButton>
        <WriteButton testid="alarm-comment" onClick={() => toggle('comment')}>Comment</WriteButton>
        <WriteButton testid="alarm-clear" refusal={cleared} onClick={() => toggle('clear')} {...(keys && { keys: 'c' })}>Clear</WriteButton>
      </div>
      {mode.value === 'assign' && (
        <TextForm
          label="Whose business it is; empty: nobody’s"
          initial={alarm.assignee ?? store.session.value?.user ?? ''}
          max={NAME_LENGTH_MAX}
          submit="Assign"
          busy={busy.value === 'assign'}
          onSubmit={(text) => void act('assign', text === '' ? null : text)}
          onCancel={() => (mode.value = 'none')}
        />
      )}
      {mode.value === 'comment' && (
        <TextForm label="Comment" initial="" max={COMMENT_LENGTH_MAX} required submit="Comment" busy={busy.value === 'comment'} onSubmit={(text) => void act('comment', text)} onCancel={() => (mode.value = 'none')} />
      )}
      {mode.value === 'clear' && (
        <div class="confirm" role="group" aria-label="Clear this alarm?">
          <p>This ends the alarm of {alarm.deviceId}. The rule raises again only after its clear condition has held in between.</p>
          <div class="buttons">
            <WriteButton kind="danger" testid="alarm-clear-confirm" busy={busy.value === 'clear'} onClick={() => void act('clear')}>Clear it</WriteButton>
            <button type="button" class="button" onClick={() => (mode.value = 'none')}>Keep it</button>
          </div>
        </div>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </div>
  );
}

interface TextFormProps {
  readonly label: string;
  readonly initial: string;
  readonly max: number;
  readonly required?: boolean;
  readonly submit: string;
  readonly busy: boolean;
  readonly onSubmit: (text: string) => void;
  readonly onCancel: () => void;
}

function TextForm({ label, initial, max, required = false, submit, busy, onSubmit, onCancel }: TextFormProps) {
  const text = useSignal(initial);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  return (
    <form
      class="text-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!required || text.value.trim() !== '') {
          onSubmit(text.value.trim());
        }
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          onCancel();
        }
      }}
    >
      <label class="field grow">
        <span>{label}</span>
        <input ref={input} type="text" maxLength={max} required={required} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <WriteButton type="submit" kind="primary" busy={busy}>{submit}</WriteButton>
      <button type="button" class="button" onClick={onCancel}>Cancel</button>
    </form>
  );
}
