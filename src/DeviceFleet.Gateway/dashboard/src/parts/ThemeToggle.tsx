import { useStore } from '../app/context';
import type { Theme } from '../app/preferences';
import { Icon } from './marks';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const NAME: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' };

export function ThemeToggle() {
  const { theme } = useStore().preferences;
  const now = theme.value;
  const label = `Theme: ${NAME[now]}. Change to ${NAME[NEXT[now]]}`;
  return (
    <button type="button" class="icon-button" title={label} aria-label={label} onClick={() => (theme.value = NEXT[now])}>
      <Icon name={now === 'system' ? 'system' : now === 'light' ? 'sun' : 'moon'} />
    </button>
  );
}
