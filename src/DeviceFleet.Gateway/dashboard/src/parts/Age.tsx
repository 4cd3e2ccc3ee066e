import { useStore } from '../app/context';
import { age, instant, THIN } from '../state/format';

/** How long ago, live; the moment itself on hover. */
export function Age({ at, none = 'never' }: { readonly at: number | null; readonly none?: string }) {
  const { now } = useStore();
  return at === null ? <span class="none">{none}</span> : <span title={instant(at)}>{shown(now.value - at)}</span>;
}

/** Ages are drawn once a second: tenths of it would be noise. */
function shown(ms: number): string {
  return ms < 1_000 ? `<1${THIN}s` : age(ms);
}
