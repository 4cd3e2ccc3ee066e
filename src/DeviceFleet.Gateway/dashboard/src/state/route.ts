// URL is state: a page and what is looked at on it, there and back.
import { SEVERITIES, type Severity } from '../wire/contract';
import { defaultSort, formatSort, parseSort, type Sort } from './rows';

export type Route =
  | { readonly page: 'fleet' }
  | { readonly page: 'devices'; readonly q: string; readonly sort: Sort }
  | { readonly page: 'device'; readonly id: string; readonly range: RangeName }
  | { readonly page: 'alarms'; readonly scope: 'active' | 'all'; readonly severity: Severity | null; /** Key of the alarm looked at. */ readonly at: string | null }
  | { readonly page: 'groups'; /** Empty: the most common one. */ readonly metric: string }
  | { readonly page: 'rules' }
  | { readonly page: 'not-found'; readonly path: string };

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
  const id = /^\/devices\/([^/]+)$/.exec(path)?.[1];
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
      return `/devices/${encodeURIComponent(route.id)}${route.range === DEFAULT_RANGE ? '' : `?range=${route.range}`}`;
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
    case 'not-found':
      return route.path;
  }
}

export const devicesRoute = (q = '', sort: Sort = defaultSort): Route => ({ page: 'devices', q, sort });
export const deviceRoute = (id: string): Route => ({ page: 'device', id, range: DEFAULT_RANGE });
export const alarmsRoute = (at: string | null = null, severity: Severity | null = null): Route => ({ page: 'alarms', scope: 'active', severity, at });
export const groupsRoute = (metric = ''): Route => ({ page: 'groups', metric });

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
