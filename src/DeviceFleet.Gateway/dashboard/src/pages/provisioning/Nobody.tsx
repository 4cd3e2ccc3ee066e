import { Notice } from '../../parts/Notice';
import { formatRoute, provisioningRoute, type ProvisioningRoute } from '../../state/route';

const SIMULATE = `dotnet run --project simulator/DeviceFleet.Simulator -- \\
  --provision --enrolment oslo-pumps \\
  --enrolment-key-file oslo-pumps.key \\
  --identities identities.jsonl --devices 10`;

/** How a device is let in. */
export function NobodyComing() {
  return (
    <Notice title="No device is on its way in" testid="no-sagas" sign="◇">
      <p>A device comes in under an enrolment: it proves that the enrolment means it, gets an identity and a secret, and appears here on every step of the way.</p>
      <p>First make an enrolment. Its key is shown once: keep it in a file, here <code>oslo-pumps.key</code>. Then start devices with it:</p>
      <code class="command" tabIndex={0}>{SIMULATE}</code>
      <p>A device of your own publishes its claim to <code>provision/&#123;claimId&#125;/request</code> as MQTT user <code>provision</code> with client id <code>claim:&#123;claimId&#125;</code>; docs/provisioning.md has every field.</p>
      <a class="button primary" href={formatRoute(provisioningRoute({ part: 'enrolments' }))}>Make an enrolment</a>
    </Notice>
  );
}

export function NothingMatches({ route }: { readonly route: ProvisioningRoute }) {
  const narrowed = route.q !== '' || route.enrolment !== null;
  return (
    <Notice title={narrowed ? 'No saga matches' : 'None of this kind now'} testid="no-saga-matches" sign="◇">
      <p>{narrowed ? <>Of this kind none is <code>{[route.enrolment, route.q].filter((part) => part !== null && part !== '').join(' ')}</code> now.</> : 'Nothing of this kind is under way, nor ended of late.'} What comes appears here by itself.</p>
      {narrowed && <a class="button" href={formatRoute({ ...route, q: '', enrolment: null, at: null })}>Show all of this kind</a>}
    </Notice>
  );
}
