import type { LifecycleState, SagaState } from '../wire/provisioning';
import type { RolloutDeviceState, RolloutState } from '../wire/rollouts';

const DIAMOND = 'M6 1 11 6 6 11 1 6z';

/** Sagas are diamonds while they go on; what waits for a person is full, what is stuck a triangle. */
export function SagaMark({ state, size = 11 }: { readonly state: SagaState; readonly size?: number }) {
  return (
    <svg class={`mark saga-${state}`} width={size} height={size} viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" aria-hidden="true">
      {state === 'running' && <path d={DIAMOND} />}
      {state === 'waiting' && <path d={DIAMOND} stroke-dasharray="2.2 2.2" />}
      {state === 'approval' && <path d={DIAMOND} fill="currentColor" />}
      {state === 'stuck' && <path d="M6 1.2 11.2 10.8H.8z" fill="currentColor" />}
      {state === 'compensating' && <><path d={DIAMOND} /><path d="M6 1v10L1 6z" fill="currentColor" /></>}
      {state === 'done' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {state === 'compensated' && <><circle cx="6" cy="6" r="4.5" /><path d="M3 9l6-6" /></>}
    </svg>
  );
}

export function LifecycleMark({ state, size = 11 }: { readonly state: LifecycleState; readonly size?: number }) {
  return (
    <svg class={`mark life-${state}`} width={size} height={size} viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" aria-hidden="true">
      {state === 'enrolled' && <path d={DIAMOND} stroke-dasharray="2.2 2.2" />}
      {state === 'provisioning' && <path d={DIAMOND} />}
      {state === 'active' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {state === 'suspended' && <path d="M3.8 2v8M8.2 2v8" stroke-width="2.4" />}
      {state === 'retired' && <path d="M2 2l8 8M10 2l-8 8" stroke-width="1.8" />}
    </svg>
  );
}

export function RolloutMark({ state, size = 11 }: { readonly state: RolloutState; readonly size?: number }) {
  return (
    <svg class={`mark rollout-${state}`} width={size} height={size} viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" aria-hidden="true">
      {state === 'running' && <path d="M2.5 1.5 10.5 6l-8 4.5z" fill="currentColor" />}
      {state === 'paused' && <path d="M3.8 2v8M8.2 2v8" stroke-width="2.4" />}
      {state === 'rolling-back' && <path d="M9.5 1.5 1.5 6l8 4.5z" />}
      {state === 'done' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {state === 'aborted' && <path d="M6 1.2 11.2 10.8H.8z" fill="currentColor" />}
      {state === 'cancelled' && <path d="M2 2l8 8M10 2l-8 8" stroke-width="1.8" />}
    </svg>
  );
}

/** As pages/rollouts/deviceCells draws them on the canvas. */
export function RolloutDeviceMark({ state, size = 11 }: { readonly state: RolloutDeviceState; readonly size?: number }) {
  return (
    <svg class={`mark of-${state}`} width={size} height={size} viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" aria-hidden="true">
      {state === 'pending' && <circle cx="6" cy="6" r="2" fill="currentColor" stroke="none" />}
      {state === 'offered' && <path d={DIAMOND} />}
      {state === 'updating' && <><circle cx="6" cy="6" r="4.5" /><path d="M6 1.5a4.5 4.5 0 0 0 0 9z" fill="currentColor" stroke="none" /></>}
      {state === 'updated' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {state === 'failed' && <path d="M6 1.2 11.2 10.8H.8z" fill="currentColor" />}
      {state === 'rolling-back' && <path d="M9.5 1.5 1.5 6l8 4.5z" />}
      {state === 'rolled-back' && <rect x="2" y="2" width="8" height="8" />}
      {state === 'rollback-failed' && <rect x="2" y="2" width="8" height="8" fill="currentColor" />}
      {state === 'skipped' && <path d="M2 6h8" stroke-width="1.8" />}
    </svg>
  );
}
