// URL is state: a page and what is looked at on it, there and back.
import { SEVERITIES, type Severity } from '../wire/contract';
import { SAGA_KINDS, type SagaKind } from '../wire/provisioning';
import { ROLLOUT_DEVICE_STATES, type RolloutDeviceState } from '../wire/rollouts';
import { defaultSort, formatSort, parseSort, type Sort } from './rows';

export type Route =
  | { readonly page: 'fleet' }
  | { readonly page: 'devices'; readonly q: string; readonly sort: Sort }
  | { readonly page: 'device'; readonly id: string; readonly range: RangeName }
  | { readonly page: 'alarms'; readonly scope: 'active' | 'all'; readonly severity: Severity | null; /** Key of the alarm looked at. */ readonly at: string | null }
  | { readonly page: 'groups'; /** Empty: the most common one. */ readonly metric: string }
  | { readonly page: 'rules' }
  | ProvisioningRoute
  | { readonly page: 'rollouts'; readonly part: 'rollouts' | 'releases'; /** The release that a form to begin with is open for; empty: none chosen yet; null: no form. */ readonly begin: string | null }
  | { readonly page: 'rollout'; readonly id: string; /** The device looked at. */ readonly at: string | null; /** Only devices in this state are listed. */ readonly state: RolloutDeviceState | null }
  | { readonly page: 'not-found'; readonly path: string };

export interface ProvisioningRoute {
  readonly page: 'provisioning';
  readonly part: 'board' | 'enrolments';
  readonly kind: SagaKind;
  readonly enrolment: string | null;
  readonly q: string;
  /** The device whose saga, or the id of the enrolment, is looked at. */
  readonly at: string | null;
}

export type RangeName = '2m' | '10m' | '1h' | 'all';
export const RANGES: readonly RangeName[] = ['2m', '10m', '1h', 'all'];
const DEFAULT_RANGE: RangeName = '10m';

export function parseRoute(path: string, search: string): Route {
  const params = new URLSearchParams(search);
  if (path === '/' || path === '') {
    return { page: 'fleet' };
  }
  if (path === '/devices' || path === '/devices/') {
    return { page: 'devices', q: params.get('q') ?? '', sort: parseSort(params.get('sort') ?? '') ?? defaultSort };
  }
  if (path === '/alarms') {
    const scope = params.get('state') === 'all' ? 'all' : 'active';
    return { page: 'alarms', scope, severity: SEVERITIES.find((s) => s === params.get('severity')) ?? null, at: params.get('at') };
  }
  if (path === '/groups') {
    return { page: 'groups', metric: params.get('metric') ?? '' };
  }
  if (path === '/rules') {
    return { page: 'rules' };
  }
  if (path === '/provisioning') {
    return {
      page: 'provisioning', part: params.get('part') === 'enrolments' ? 'enrolments' : 'board', kind: SAGA_KINDS.find((k) => k === params.get('kind')) ?? 'provision', enrolment: params.get('enrolment'),
      q: params.get('q') ?? '', at: params.get('at'),
    };
  }
  if (path === '/rollouts') {
    return { page: 'rollouts', part: params.get('part') === 'releases' ? 'releases' : 'rollouts', begin: params.get('begin') };
  }
  const rollout = /^\/rollouts\/([^/]+)\/?$/.exec(path)?.[1];
  const rolloutId = rollout === undefined ? null : decode(rollout);
  if (rolloutId !== null) {
    return { page: 'rollout', id: rolloutId, at: params.get('at'), state: ROLLOUT_DEVICE_STATES.find((s) => s === params.get('state')) ?? null };
  }
  const id = /^\/devices\/([^/]+)\/?$/.exec(path)?.[1];
  const range = RANGES.find((r) => r === params.get('range')) ?? DEFAULT_RANGE;
  const decoded = id === undefined ? null : decode(id);
  return decoded === null ? { page: 'not-found', path } : { page: 'device', id: decoded, range };
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case 'fleet':
      return '/';
    case 'devices': {
      const params = new URLSearchParams();
      if (route.q !== '') {
        params.set('q', route.q);
      }
      if (formatSort(route.sort) !== formatSort(defaultSort)) {
        params.set('sort', formatSort(route.sort));
      }
      return params.size === 0 ? '/devices' : `/devices?${params}`;
    }
    case 'device':
      return `/devices/${segment(route.id)}${route.range === DEFAULT_RANGE ? '' : `?range=${route.range}`}`;
    case 'alarms': {
      const params = new URLSearchParams({
        ...(route.scope === 'all' && { state: 'all' }), ...(route.severity !== null && { severity: route.severity }), ...(route.at !== null && { at: route.at }),
      });
      return params.size === 0 ? '/alarms' : `/alarms?${params}`;
    }
    case 'groups':
      return route.metric === '' ? '/groups' : `/groups?${new URLSearchParams({ metric: route.metric })}`;
    case 'rules':
      return '/rules';
    case 'provisioning': {
      const params = new URLSearchParams({
        ...(route.part !== 'board' && { part: route.part }), ...(route.kind !== 'provision' && { kind: route.kind }), ...(route.enrolment !== null && { enrolment: route.enrolment }),
        ...(route.q !== '' && { q: route.q }), ...(route.at !== null && { at: route.at }),
      });
      return params.size === 0 ? '/provisioning' : `/provisioning?${params}`;
    }
    case 'rollouts': {
      const params = new URLSearchParams({ ...(route.part !== 'rollouts' && { part: route.part }), ...(route.begin !== null && { begin: route.begin }) });
      return params.size === 0 ? '/rollouts' : `/rollouts?${params}`;
    }
    case 'rollout': {
      const params = new URLSearchParams({ ...(route.at !== null && { at: route.at }), ...(route.state !== null && { state: route.state }) });
      return `/rollouts/${segment(route.id)}${params.size === 0 ? '' : `?${params}`}`;
    }
    case 'not-found':
      return route.path;
  }
}

export const devicesRoute = (q = '', sort: Sort = defaultSort): Route => ({ page: 'devices', q, sort });
export const deviceRoute = (id: string): Route => ({ page: 'device', id, range: DEFAULT_RANGE });
export const alarmsRoute = (at: string | null = null, severity: Severity | null = null): Route => ({ page: 'alarms', scope: 'active', severity, at });
export const provisioningRoute = (over: Partial<Omit<ProvisioningRoute, 'page'>> = {}): ProvisioningRoute => ({ page: 'provisioning', part: 'board', kind: 'provision', enrolment: null, q: '', at: null, ...over });
export const rolloutsRoute = (part: 'rollouts' | 'releases' = 'rollouts', begin: string | null = null): Route => ({ page: 'rollouts', part, begin });
export const rolloutRoute = (id: string, at: string | null = null): Extract<Route, { readonly page: 'rollout' }> => ({ page: 'rollout', id, at, state: null });
export const groupsRoute = (metric = ''): Route => ({ page: 'groups', metric });

/** A last segment with a dot in it would be a file to the server, and a page that is loaded anew would not be found: a slash behind it says that it is none. */
function segment(id: string): string {
  return `${encodeURIComponent(id)}${id.includes('.') ? '/' : ''}`;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
