import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../app/context';
import type { Density } from '../app/preferences';
import { instant } from '../state/format';
import { Icon } from './marks';

export function UserMenu() {
  const store = useStore();
  const open = useSignal(false);
  const leaving = useSignal<'no' | 'asked' | 'failed'>('no');
  const root = useRef<HTMLDivElement>(null);
  const session = store.session.value;

  useEffect(() => {
    if (!open.value) {
      return undefined;
    }
    const onDown = (event: Event) => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) {
        open.value = false;
      }
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.preventDefault();
        open.value = false;
        root.current?.querySelector('button')?.focus();
      }
    };
    document.addEventListener('pointerdown', onDown);
    document.addEventListener('keydown', onKey, true);
    return () => {
      document.removeEventListener('pointerdown', onDown);
      document.removeEventListener('keydown', onKey, true);
    };
  }, [open.value]);

  const signOut = async () => {
    leaving.value = 'asked';
    leaving.value = (await store.signOut()) ? 'no' : 'failed';
  };

  return (
    <div class="menu" ref={root}>
      <button type="button" class="icon-button" aria-label={`Account: ${session?.user ?? 'not signed in'}`} aria-expanded={open.value} title={session?.user ?? ''} onClick={() => (open.value = !open.value)}>
        <Icon name="user" />
      </button>
      {open.value && (
        <div class="float">
          <div class="who">
            <strong>{session?.user ?? 'Not signed in'}</strong>
            {session !== null && (
              <span class="quiet">
                {session.role}
                {session.expiresAt !== null && <> · until {instant(session.expiresAt).slice(0, 16)}</>}
              </span>
            )}
          </div>
          <div class="choice">
            Rows
            <span class="segments" role="group" aria-label="Height of rows">
              {(['comfortable', 'dense'] satisfies Density[]).map((density) => (
                <button type="button" key={density} aria-pressed={store.preferences.density.value === density} onClick={() => (store.preferences.density.value = density)}>
                  {density}
                </button>
              ))}
            </span>
          </div>
          <button type="button" class="item" onClick={() => ((open.value = false), (store.helpOpen.value = true))}>Keys</button>
          {session !== null && (
            <button type="button" class="item" disabled={leaving.value === 'asked'} onClick={() => void signOut()}>
              {leaving.value === 'asked' ? 'Signing out…' : 'Sign out'}
            </button>
          )}
          {leaving.value === 'failed' && <p class="problem" role="alert">The gateway did not answer, so you are still signed in. Try again.</p>}
        </div>
      )}
    </div>
  );
}
