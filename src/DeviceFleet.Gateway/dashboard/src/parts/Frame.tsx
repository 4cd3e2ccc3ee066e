import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useStore } from '../app/context';
import { bindKeys, type KeyCommand } from '../app/keys';
import type { Store } from '../app/store';
import { count } from '../state/format';
import { devicesRoute } from '../state/route';
import { HelpDialog } from './HelpDialog';
import { Liveness } from './Liveness';
import { Icon } from './marks';
import { SearchBox, focusSearch } from './SearchBox';
import { ThemeToggle } from './ThemeToggle';
import { UserMenu } from './UserMenu';

export function Frame({ children }: { readonly children: ComponentChildren }) {
  const store = useStore();
  useEffect(() => bindKeys((command) => run(store, command)), [store]);
  const route = store.navigation.route.value;
  const { page } = route;
  return (
    <div class={`frame${store.isLive.value ? '' : ' not-live'}`}>
      <nav class="side" aria-label="Pages">
        <a class="brand" href="/" aria-label="DeviceFleet, to the fleet">
          <Logo />
          <span class="label">DeviceFleet</span>
        </a>
        <div class="links">
          <a href="/" title="Fleet (g f)" {...(page === 'fleet' && { 'aria-current': 'page' as const })}>
            <Icon name="fleet" />
            <span class="label">Fleet</span>
          </a>
          <a href="/devices" title="Devices (g d)" {...((page === 'devices' || page === 'device') && { 'aria-current': 'page' as const })}>
            <Icon name="devices" />
            <span class="label">Devices</span>
            {store.loaded.value && <span class="badge">{count(store.fleet.value.counters.total)}</span>}
          </a>
        </div>
        <footer>
          <button type="button" onClick={() => (store.helpOpen.value = true)}>Keys <kbd>?</kbd></button>
        </footer>
      </nav>
      <header class="top">
        <SearchBox />
        <div class="right">
          <Liveness />
          <ThemeToggle />
          <UserMenu />
        </div>
      </header>
      <main class="page" id="page" tabIndex={-1}>{children}</main>
      <HelpDialog />
    </div>
  );
}

function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
      <rect x=".5" y=".5" width="15" height="15" rx="3.5" fill="currentColor" />
      <g fill="var(--surface-0)">
        <circle cx="5.2" cy="5.2" r="1.7" />
        <circle cx="10.8" cy="5.2" r="1.7" />
        <circle cx="5.2" cy="10.8" r="1.7" />
      </g>
      <circle cx="10.8" cy="10.8" r="1.25" fill="none" stroke="var(--surface-0)" />
    </svg>
  );
}

function run(store: Store, command: KeyCommand): void {
  const { navigation } = store;
  switch (command) {
    case 'search':
      return focusSearch();
    case 'go-devices':
      return navigation.go(devicesRoute());
    case 'go-fleet':
      return navigation.go({ page: 'fleet' });
    case 'help':
      store.helpOpen.value = true;
      return;
    case 'back': {
      const route = navigation.route.peek();
      if (route.page === 'device') {
        return navigation.back(devicesRoute());
      }
      return route.page === 'devices' && route.q !== '' ? navigation.replace(devicesRoute('', route.sort)) : undefined;
    }
  }
}
