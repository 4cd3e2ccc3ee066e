import { useEffect, useRef } from 'preact/hooks';
import { AlarmsPage } from '../pages/alarms/AlarmsPage';
import { DevicePage } from '../pages/device/DevicePage';
import { DevicesPage } from '../pages/devices/DevicesPage';
import { FleetPage } from '../pages/fleet/FleetPage';
import { GroupsPage } from '../pages/groups/GroupsPage';
import { ProvisioningPage } from '../pages/provisioning/ProvisioningPage';
import { RolloutPage } from '../pages/rollouts/RolloutPage';
import { RolloutsPage } from '../pages/rollouts/RolloutsPage';
import { RulesPage } from '../pages/rules/RulesPage';
import { Frame } from '../parts/Frame';
import { Denied, Notice, SignedOut } from '../parts/Notice';
import { StoreContext, useStore } from './context';
import type { Store } from './store';

export function App({ store }: { readonly store: Store }) {
  return (
    <StoreContext.Provider value={store}>
      <Frame><Page /></Frame>
    </StoreContext.Provider>
  );
}

function Page() {
  const store = useStore();
  const route = store.navigation.route.value;
  const link = store.link.value;
  const first = useRef(true);
  const title = route.page === 'device' || route.page === 'rollout' ? route.id : TITLES[route.page];
  useEffect(() => {
    document.title = `${title} · DeviceFleet`;
    if (!first.current) {
      document.getElementById('page')?.focus({ preventScroll: true }); // keys and screen readers follow to the new page
    }
    first.current = false;
  }, [title]);

  if (link.kind === 'signed-out') {
    return <SignedOut />;
  }
  if (link.kind === 'denied') {
    return <Denied detail={link.detail} />;
  }
  switch (route.page) {
    case 'fleet':
      return <FleetPage />;
    case 'devices':
      return <DevicesPage q={route.q} sort={route.sort} />;
    case 'device':
      return <DevicePage key={route.id} id={route.id} range={route.range} />;
    case 'alarms':
      return <AlarmsPage route={route} />;
    case 'groups':
      return <GroupsPage metric={route.metric} />;
    case 'rules':
      return <RulesPage />;
    case 'provisioning':
      return <ProvisioningPage route={route} />;
    case 'rollouts':
      return <RolloutsPage part={route.part} begin={route.begin} />;
    case 'rollout':
      return <RolloutPage key={route.id} route={route} />;
    case 'not-found':
      return (
        <Notice title="No such page" sign="○">
          <p>Nothing is at <code>{route.path}</code>.</p>
          <a class="button" href="/">To the fleet</a>
        </Notice>
      );
  }
}

const TITLES = { fleet: 'Fleet', devices: 'Devices', alarms: 'Alarms', groups: 'Groups', rules: 'Rules', provisioning: 'Provisioning', rollouts: 'Rollouts', 'not-found': 'No such page' } as const;
