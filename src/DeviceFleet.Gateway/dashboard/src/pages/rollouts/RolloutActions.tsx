import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { ReasonForm } from '../../parts/ReasonForm';
import { WriteButton } from '../../parts/WriteButton';
import type { Problem } from '../../state/problem';
import { ACTION_TEXT, actionConsequence, actionRefusal, isUnderWay } from '../../state/rollouts';
import type { Rollout, RolloutAction } from '../../wire/rollouts';

export function RolloutActions({ rollout }: { readonly rollout: Rollout }) {
  const store = useStore();
  const mode = useSignal<RolloutAction | null>(null);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  if (!isUnderWay(rollout)) {
    return null;
  }
  const action = mode.value;
  const act = async (reason: string) => {
    if (action === null || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await store.rollouts.act(rollout, action, reason);
    busy.value = false;
    mode.value = outcome.ok ? null : mode.value;
    problem.value = outcome.ok ? null : outcome.problem;
  };
  const shown: readonly RolloutAction[] = rollout.state === 'paused' ? ['resume', 'cancel', 'roll-back'] : ['pause', 'cancel', 'roll-back'];
  return (
    <div class="alarm-actions">
      <div class="buttons">
        {shown.map((name) => (
          <WriteButton key={name} kind={name === 'resume' ? 'primary' : 'plain'} testid={`rollout-${name}`} refusal={actionRefusal(rollout, name)} onClick={() => ((mode.value = mode.value === name ? null : name), (problem.value = null))}>
            {ACTION_TEXT[name]}
          </WriteButton>
        ))}
      </div>
      {action !== null && actionRefusal(rollout, action) === null && (
        <ReasonForm key={action} label={`${ACTION_TEXT[action]} this rollout?`} submit={`${ACTION_TEXT[action]} it`} kind={action === 'cancel' || action === 'roll-back' ? 'danger' : 'primary'} busy={busy.value} testid={`rollout-${action}`} onSubmit={(reason) => void act(reason)} onCancel={() => (mode.value = null)}>
          {actionConsequence(rollout, action)}
        </ReasonForm>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </div>
  );
}
