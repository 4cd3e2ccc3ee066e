import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { hasEnded, stepsOf, type Step } from '../../state/commands';
import { age, count, duration, instant, timeOfDay } from '../../state/format';
import { compact } from '../../state/json';
import type { Problem } from '../../state/problem';
import type { Command } from '../../wire/commands';

const SIGN: Readonly<Record<Step['state'], string>> = { done: '●', now: '◐', ahead: '○', failed: '✕' };

/** One command and its way: queued → delivered → acknowledged → done, with times. */
export function CommandItem({ command }: { readonly command: Command }) {
  const { details } = useStore();
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const cancel = async () => {
    busy.value = true;
    const outcome = await details.cancelCommand(command);
    busy.value = false;
    problem.value = outcome.ok ? null : outcome.problem;
  };
  return (
    <li class="command" data-testid={`command-${command.name}`} data-state={command.state} value={command.number}>
      <div class="call">
        <code class="name">{command.name}</code>
        {command.args !== undefined && command.args !== null && <code class="args" title={compact(command.args, 2_000)}>{compact(command.args, 120)}</code>}
        <span class="quiet" title={instant(command.createdAt)}>by {command.by} at {timeOfDay(command.createdAt)}</span>
        {command.state === 'queued' && <WriteButton testid="command-cancel" busy={busy.value} onClick={() => void cancel()}>Cancel</WriteButton>}
      </div>
      <ol class="steps" aria-label="Its way">
        {stepsOf(command).map((step, i, all) => <StepView key={step.name} step={step} before={all[i - 1]?.at ?? null} />)}
        <Limit command={command} />
      </ol>
      {command.error !== null && <p class="fault">{command.error}</p>}
      {command.result !== undefined && command.result !== null && <p class="quiet result">answered <code title={compact(command.result, 2_000)}>{compact(command.result, 160)}</code></p>}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </li>
  );
}

function StepView({ step, before }: { readonly step: Step; readonly before: number | null }) {
  return (
    <li class={`step ${step.state}`} {...(step.at !== null && { title: instant(step.at) })}>
      <span aria-hidden="true">{SIGN[step.state]}</span> {step.name}
      {step.at !== null && before !== null && <span class="quiet"> +{duration(Math.max(0, step.at - before))}</span>}
    </li>
  );
}

/** How long it still has. */
function Limit({ command }: { readonly command: Command }) {
  const now = useStore().now.value;
  if (hasEnded(command.state)) {
    return null;
  }
  const until = command.deliveredAt === null ? command.expiresAt : command.deliveredAt + command.timeoutMs;
  const what = command.deliveredAt === null ? 'expires' : 'times out';
  return (
    <li class="quiet limit" title={instant(until)}>
      {until > now ? `${what} in ${age(until - now)}` : `${what} now`}{command.deliveries > 1 && `, delivered ${count(command.deliveries)} times`}
    </li>
  );
}
