import { useSignal, type Signal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { ProblemNote } from '../../parts/ProblemNote';
import { ReasonForm } from '../../parts/ReasonForm';
import { LifecycleMark, SagaMark } from '../../parts/sagaMarks';
import { WriteButton } from '../../parts/WriteButton';
import { count } from '../../state/format';
import { LIFECYCLE_TEXT } from '../../state/identity';
import type { Problem } from '../../state/problem';
import { deviceRoute, formatRoute, provisioningRoute } from '../../state/route';
import { CHOICE_TEXT, KIND_TEXT, SAGA_STATE_TEXT, STEP_TEXT, choiceRefusal, consequence, hasEnded } from '../../state/sagas';
import { SAGA_STEPS, type Saga, type SagaChoice } from '../../wire/provisioning';
import { Deadline } from './BoardView';

const CHOICES: readonly (readonly [SagaChoice, string])[] = [['approve', 'a'], ['retry', 'r'], ['skip', 's'], ['compensate', 'c']];

interface Props {
  readonly saga: Saga;
  /** Which choice's form is open; outside, so that keys can open it. */
  readonly mode: Signal<SagaChoice | null>;
  readonly back: string;
}

/** One saga: its steps, what went wrong, and what a person may decide. */
export function SagaView({ saga, mode, back }: Props) {
  const { progress } = saga;
  const ended = hasEnded(saga);
  return (
    <aside class="saga-view" aria-labelledby="saga-title" data-testid="saga-view" data-state={progress.state}>
      <a class="back" href={back}>← The board</a>
      <header>
        <h2 id="saga-title"><a class="mono link" href={formatRoute(deviceRoute(saga.deviceId))}>{saga.deviceId}</a> <a class="close-link" href={back} aria-label="Close">✕</a></h2>
        <p class={`saga-state ${progress.state}`}><SagaMark state={progress.state} /> {KIND_TEXT[progress.kind]}: {SAGA_STATE_TEXT[progress.state]}</p>
      </header>
      {progress.error !== null && <p class="saga-error" data-testid="saga-error"><strong>{ended ? 'Why' : `At “${progress.step}”`}:</strong> {progress.error}</p>}
      <Choices saga={saga} mode={mode} />
      <Steps saga={saga} />
      <dl class="facts">
        <dt>Identity</dt>
        <dd><LifecycleMark state={saga.lifecycle} size={9} /> {LIFECYCLE_TEXT[saga.lifecycle]}</dd>
        <dt>Hardware</dt>
        <dd class="mono">{saga.hardwareId ?? <span class="none">none</span>}</dd>
        <dt>Enrolment</dt>
        <dd>{saga.enrolmentId === null ? <span class="none">by hand</span> : <a class="link" href={formatRoute(provisioningRoute({ part: 'enrolments', at: saga.enrolmentId }))}>{saga.enrolmentId}</a>}</dd>
        <dt>Begun</dt>
        <dd><Age at={progress.startedAt} /> ago{progress.by !== '' && ` by ${progress.by}`}</dd>
        {progress.endedAt !== null && <><dt>Ended</dt><dd><Age at={progress.endedAt} /> ago</dd></>}
        <dt>Instance</dt>
        <dd class="mono">{progress.instance}</dd>
      </dl>
    </aside>
  );
}

function Choices({ saga, mode }: { readonly saga: Saga; readonly mode: Signal<SagaChoice | null> }) {
  const store = useStore();
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const done = useSignal<string | null>(null);
  if (hasEnded(saga)) {
    return null;
  }
  const choice = mode.value;
  const decide = async (reason: string) => {
    if (choice === null || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await store.sagas.choose(saga, choice, reason);
    busy.value = false;
    if (outcome.ok) {
      mode.value = null;
      done.value = `${CHOICE_TEXT[choice]}: taken. The saga goes on in a moment.`;
    } else {
      problem.value = outcome.problem;
    }
  };
  return (
    <div class="alarm-actions">
      <div class="buttons">
        {CHOICES.map(([name, key]) => (
          <WriteButton key={name} kind={name === 'approve' && choiceRefusal(saga, name) === null ? 'primary' : 'plain'} testid={`saga-${name}`} refusal={choiceRefusal(saga, name)} keys={key} onClick={() => ((mode.value = mode.value === name ? null : name), (problem.value = null), (done.value = null))}>
            {CHOICE_TEXT[name]}
          </WriteButton>
        ))}
      </div>
      {choice !== null && choiceRefusal(saga, choice) === null && (
        <ReasonForm key={choice} label={`${CHOICE_TEXT[choice]} the saga of ${saga.deviceId}?`} submit={`${CHOICE_TEXT[choice]} it`} kind={choice === 'compensate' || choice === 'skip' ? 'danger' : 'primary'} busy={busy.value} testid={`saga-${choice}`} onSubmit={(reason) => void decide(reason)} onCancel={() => (mode.value = null)}>
          {consequence(saga, choice)}
        </ReasonForm>
      )}
      {done.value !== null && <p class="quiet" role="status">{done.value}</p>}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </div>
  );
}

function Steps({ saga }: { readonly saga: Saga }) {
  const { progress } = saga;
  const steps = SAGA_STEPS[progress.kind];
  const at = steps.indexOf(progress.step);
  const back = progress.state === 'compensating' || progress.state === 'compensated';
  return (
    <ol class="saga-steps" aria-label="Steps">
      {(at < 0 ? [...steps, progress.step] : steps).map((step, i) => {
        const skipped = progress.skipped.includes(step);
        const here = step === progress.step;
        const kind = progress.state === 'done' ? (skipped ? 'skipped' : 'done') : progress.state === 'compensated' ? 'undone' : here ? 'here' : skipped ? 'skipped' : i < at ? (back ? 'to-undo' : 'done') : back ? 'undone' : 'ahead';
        return (
          <li key={step} class={kind} {...(kind === 'here' && { 'aria-current': 'step' as const })}>
            <span class="sign" aria-hidden="true">{SIGNS[kind]}</span>
            <span><span class="step-name">{step}</span> <span class="quiet">{STEP_TEXT[step]}{SAYS[kind] !== '' && `, ${SAYS[kind]}`}</span>
              {kind === 'here' && <span class="quiet here-facts"> for <Age at={progress.stepSince} />{progress.attempts > 0 && `, ${count(progress.attempts)} failed ${progress.attempts === 1 ? 'try' : 'tries'}`}{progress.deadline !== null && ', '}<Deadline saga={saga} /></span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

const SIGNS = { done: '✓', here: '▸', ahead: '·', skipped: '–', 'to-undo': '↶', undone: '·' } as const;
const SAYS = { done: '', here: '', ahead: '', skipped: 'skipped', 'to-undo': 'to be taken back', undone: '' } as const;
