import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Loaded, ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { bytes, count } from '../../state/format';
import type { Problem } from '../../state/problem';
import { formatRoute, rolloutsRoute } from '../../state/route';
import type { Release } from '../../wire/rollouts';
import { UploadForm } from './UploadForm';

/** Firmware that devices may be told to install. */
export function ReleasesView() {
  const store = useStore();
  const uploading = useSignal(false);
  return (
    <>
      <div class="groups-head">
        <h2 class="part-title">Releases</h2>
        <span class="quiet">signed images; never changed, only withdrawn</span>
        {!uploading.value && <WriteButton kind="primary" admin testid="release-new" onClick={() => (uploading.value = true)}>Upload a release</WriteButton>}
      </div>
      {uploading.value && <UploadForm onClose={() => (uploading.value = false)} />}
      <Loaded of={store.rollouts.releases.value} height={120} onRetry={() => void store.rollouts.readReleases()}>
        {(releases) => releases.length === 0
          ? <p class="quiet" data-testid="no-releases">None yet. A release is an image with a version, and the type of device that it is for; the service signs it, and devices check the signature before they install it.</p>
          : <ul class="releases">{releases.map((release) => <Entry key={release.version} release={release} />)}</ul>}
      </Loaded>
    </>
  );
}

function Entry({ release }: { readonly release: Release }) {
  const store = useStore();
  const asking = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const rollouts = store.rollouts.list.value;
  const underWay = rollouts.kind === 'ready' ? rollouts.value.filter((r) => r.plan.version === release.version && ['running', 'paused'].includes(r.state)).length : 0;
  const withdraw = async () => {
    busy.value = true;
    const outcome = await store.rollouts.withdraw(release);
    busy.value = false;
    asking.value = !outcome.ok;
    problem.value = outcome.ok ? null : outcome.problem;
  };
  return (
    <li class={`panel release${release.isWithdrawn ? ' over' : ''}`} data-testid={`release-${release.version}`} data-withdrawn={release.isWithdrawn}>
      <div class="rollout-head">
        <h3 class="mono">{release.version}</h3>
        <span>{release.deviceType === null ? 'any type' : `for ${release.deviceType}`}</span>
        <span class="quiet">{bytes(release.size)}</span>
        {release.isWithdrawn && <span class="reason">withdrawn</span>}
        <span class="quiet aside">{release.isWithdrawn ? 'withdrawn' : 'uploaded'} <Age at={release.at} /> ago by {release.by}</span>
      </div>
      {release.notes !== null && <p>{release.notes}</p>}
      <p class="quiet">SHA-256 <code class="hash">{release.sha256}</code></p>
      {!release.isWithdrawn && (
        <div class="buttons">
          <a class="button small" href={formatRoute(rolloutsRoute('rollouts', release.version))} data-testid={`roll-out-${release.version}`}>Roll it out</a>
          <WriteButton admin testid={`withdraw-${release.version}`} onClick={() => (asking.value = !asking.value)}>Withdraw</WriteButton>
        </div>
      )}
      {asking.value && (
        <div class="confirm" role="group" aria-label={`Withdraw ${release.version}?`}>
          <p>It is not rolled out any more, and that cannot be taken back; devices that run it keep it.{underWay > 0 && ` ${count(underWay)} ${underWay === 1 ? 'rollout' : 'rollouts'} of it ${underWay === 1 ? 'is' : 'are'} under way: cancel ${underWay === 1 ? 'it' : 'them'} too, if no further device shall get it.`}</p>
          <div class="buttons">
            <WriteButton kind="danger" admin testid="withdraw-confirm" busy={busy.value} onClick={() => void withdraw()}>Withdraw {release.version}</WriteButton>
            <button type="button" class="button" onClick={() => (asking.value = false)}>Keep it</button>
          </div>
        </div>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </li>
  );
}
