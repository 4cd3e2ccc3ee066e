// URL is state: a page and what is looked at on it, there and back.
import { defaultSort, formatSort, parseSort, type Sort } from './rows';

export type Route =
  | { readonly page: 'fleet' }
  | { readonly page: 'devices'; readonly q: string; readonly sort: Sort }
  | { readonly page: 'device'; readonly id: string; readonly range: RangeName }
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
    case 'not-found':
      return route.path;
  }
}

export const devicesRoute = (q = '', sort: Sort = defaultSort): Route => ({ page: 'devices', q, sort });
export const deviceRoute = (id: string): Route => ({ page: 'device', id, range: DEFAULT_RANGE });

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
