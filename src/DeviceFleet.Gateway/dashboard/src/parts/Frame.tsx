import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useStore } from '../app/context';
import { bindKeys, type KeyCommand } from '../app/keys';
import type { Store } from '../app/store';
import { count } from '../state/format';
import { alarmsRoute, devicesRoute, groupsRoute, provisioningRoute, rolloutsRoute } from '../state/route';
import { HelpDialog } from './HelpDialog';
import { Liveness } from './Liveness';
import { Icon, type IconName } from './marks';
import { SearchBox, focusSearch } from './SearchBox';
import { ThemeToggle } from './ThemeToggle';
import { UserMenu } from './UserMenu';

export function Frame({ children }: { readonly children: ComponentChildren }) {
  const store = useStore();
  useEffect(() => bindKeys((command) => run(store, command), (key) => store.pageKey?.(key) ?? false), [store]);
  const route = store.navigation.route.value;
  const { page } = route;
  const loaded = store.loaded.value;
  const { counters } = store.fleet.value;
  const waiting = store.sagas.counts.value?.waiting ?? 0;
  const rolling = store.rollouts.underWay.value;
  return (
    <div class={`frame${store.isLive.value ? '' : ' not-live'}`}>
      <nav class="side" aria-label="Pages">
        <a class="brand" href="/" aria-label="DeviceFleet, to the fleet">
          <Logo />
          <span class="label">DeviceFleet</span>
        </a>
        <div class="links">
          <Link to="/" icon="fleet" label="Fleet" keys="g f" current={page === 'fleet'} />
          <Link to="/devices" icon="devices" label="Devices" keys="g d" current={page === 'devices' || page === 'device'} badge={loaded ? count(counters.total) : null} />
          <Link to="/alarms" icon="alarms" label="Alarms" keys="g a" current={page === 'alarms'} badge={loaded && counters.alarming > 0 ? count(counters.alarming) : null} alert />
          <Link to="/provisioning" icon="provisioning" label="Provis." name="Provisioning" keys="g p" current={page === 'provisioning'} badge={waiting > 0 ? count(waiting) : null} says={`${count(waiting)} waiting for a person`} alert />
          <Link to="/rollouts" icon="rollouts" label="Rollouts" keys="g o" current={page === 'rollouts' || page === 'rollout'} badge={rolling > 0 ? count(rolling) : null} says={`${count(rolling)} under way`} />
          <Link to="/groups" icon="groups" label="Groups" keys="g g" current={page === 'groups'} />
          <Link to="/rules" icon="rules" label="Rules" keys="g r" current={page === 'rules'} />
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

interface LinkProps {
  readonly to: string;
  readonly icon: IconName;
  readonly label: string;
  /** In full, where the label is short. */
  readonly name?: string;
  readonly keys: string;
  readonly current: boolean;
  readonly badge?: string | null;
  /** What the badge counts. */
  readonly says?: string;
  /** What the badge counts wants attention. */
  readonly alert?: boolean;
}

function Link({ to, icon, label, name = label, keys, current, badge = null, says, alert = false }: LinkProps) {
  const counted = badge !== null && says !== undefined ? `, ${says}` : '';
  return (
    <a href={to} title={`${name}${counted} (${keys})`} {...(current && { 'aria-current': 'page' as const })}>
      <Icon name={icon} />
      <span class="label">{label}</span>
      {name !== label && <span class="visually-hidden">{name}</span>}
      {badge !== null && <span class={`badge${alert ? ' alert' : ''}`} data-testid={`badge-${name.toLowerCase()}`}>{badge}</span>}
    </a>
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
    case 'go-alarms':
      return navigation.go(alarmsRoute());
    case 'go-groups':
      return navigation.go(groupsRoute());
    case 'go-provisioning':
      return navigation.go(provisioningRoute());
    case 'go-rollouts':
      return navigation.go(rolloutsRoute());
    case 'go-rules':
      return navigation.go({ page: 'rules' });
    case 'help':
      store.helpOpen.value = true;
      return;
    case 'back': {
      const route = navigation.route.peek();
      if (route.page === 'device') {
        return navigation.back(devicesRoute());
      }
      if (route.page === 'rollout') {
        return route.at === null ? navigation.back(rolloutsRoute()) : navigation.replace({ ...route, at: null });
      }
      if (route.page === 'rollouts' && route.begin !== null) {
        return navigation.replace({ ...route, begin: null });
      }
      if (route.page === 'provisioning' && route.at !== null) {
        return navigation.replace({ ...route, at: null });
      }
      return route.page === 'devices' && route.q !== '' ? navigation.replace(devicesRoute('', route.sort)) : undefined;
    }
  }
}
