import type { DeviceStateName } from '../state/query/parse';
import type { Severity } from '../wire/contract';

/** State as a shape as well as a colour: full, half, empty, dashed. */
export function StateMark({ state, size = 11 }: { readonly state: DeviceStateName; readonly size?: number }) {
  return (
    <svg class={`mark ${state}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {state === 'online' && <circle cx="6" cy="6" r="5.2" fill="currentColor" />}
      {state === 'stale' && <path d="M6 .8a5.2 5.2 0 0 0 0 10.4z" fill="currentColor" />}
      {state !== 'online' && (
        <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.4" {...(state === 'unknown' && { 'stroke-dasharray': '2.2 2.5' })} />
      )}
    </svg>
  );
}

export const STATE_TEXT: Readonly<Record<DeviceStateName, string>> = { online: 'Online', stale: 'Stale', offline: 'Offline', unknown: 'Unknown' };

export function State({ state }: { readonly state: DeviceStateName }) {
  return (
    <span class="state">
      <StateMark state={state} />
      <span class="name">{STATE_TEXT[state]}</span>
    </span>
  );
}

/** Alarms as shapes: critical a full triangle, warning an outlined one, info a diamond. */
export function SeverityMark({ severity, size = 11 }: { readonly severity: Severity; readonly size?: number }) {
  return (
    <svg class={`mark ${severity}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {severity === 'info' ? (
        <path d="M6 1.2 10.8 6 6 10.8 1.2 6z" fill="none" stroke="currentColor" stroke-width="1.4" />
      ) : (
        <path d="M6 1.2 11.2 10.8H.8z" fill={severity === 'critical' ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" />
      )}
    </svg>
  );
}

export const SEVERITY_TEXT: Readonly<Record<Severity, string>> = { critical: 'Critical', warning: 'Warning', info: 'Info' };

export type IconName = 'fleet' | 'devices' | 'alarms' | 'groups' | 'rules' | 'provisioning' | 'rollouts' | 'search' | 'close' | 'sun' | 'moon' | 'system' | 'user';

const PATHS: Readonly<Record<IconName, string>> = {
  fleet: 'M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z',
  devices: 'M2 3.5h12M2 8h12M2 12.5h12',
  alarms: 'M8 2.2 14.2 13H1.8zM8 6.5v3M8 11.2v.3',
  groups: 'M5.5 2h5v3.5h-5zM1.8 10.5h4.4V14H1.8zM9.8 10.5h4.4V14H9.8zM8 5.5V8M4 10.5V8h8v2.5',
  rules: 'M2 4.5h6M11.5 4.5H14M2 11.5h2.5M8 11.5h6M9.8 2.8a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM6.2 9.8a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z',
  provisioning: 'M8 1.8 14.2 8 8 14.2 1.8 8zM8 5.4v5.2M5.4 8h5.2',
  rollouts: 'M2 12.5h3.5V9H2zM6.3 12.5h3.4V6H6.3zM10.5 12.5H14V3h-3.5z',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.4 10.4l3.1 3.1',
  close: 'M4 4l8 8M12 4l-8 8',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z',
  system: 'M2 3h12v8.5H2zM5.5 14h5M8 11.5V14',
  user: 'M8 2.5a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM2.8 13.5c.6-2.4 2.6-3.6 5.2-3.6s4.6 1.2 5.2 3.6',
};

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
