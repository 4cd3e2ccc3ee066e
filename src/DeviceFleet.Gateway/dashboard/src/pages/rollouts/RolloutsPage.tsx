import { useEffect } from 'preact/hooks';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Notice } from '../../parts/Notice';
import { Loaded } from '../../parts/ProblemNote';
import { RolloutMark } from '../../parts/sagaMarks';
import { ReadOnlyNote } from '../../parts/WriteButton';
import { count, instant } from '../../state/format';
import { formatRoute, rolloutRoute, rolloutsRoute } from '../../state/route';
import { ROLLOUT_STATE_TEXT, abortLine, currentWave, devicesOf, isUnderWay, settled, targetsWords, totalCounts } from '../../state/rollouts';
import type { Rollout } from '../../wire/rollouts';
import { BeginForm } from './BeginForm';
import { ReleasesView } from './ReleasesView';
import { Shares } from './Shares';

interface Props {
  readonly part: 'rollouts' | 'releases';
  readonly begin: string | null;
}

export function RolloutsPage({ part, begin }: Props) {
  const store = useStore();
  const { list, releases } = store.rollouts;
  const live = store.link.value.kind === 'live';
  useEffect(() => void store.rollouts.readReleases(), [live]);
  const underWay = store.rollouts.underWay.value;
  return (
    <div class="content" data-testid="rollouts-page">
      <div class="groups-head">
        <h1>Rollouts</h1>
        <span class="quiet" role="status">{list.value.kind === 'ready' ? `${count(underWay)} under way of ${count(list.value.value.length)}` : list.value.kind === 'loading' ? 'reading' : 'not read'}</span>
        <nav class="chips" aria-label="Which part">
          <a class="chip" href={formatRoute(rolloutsRoute())} {...(part === 'rollouts' && { 'aria-current': 'true' as const })}>Rollouts</a>
          <a class="chip" href={formatRoute(rolloutsRoute('releases'))} data-testid="to-releases" {...(part === 'releases' && { 'aria-current': 'true' as const })}>Releases{releases.value.kind === 'ready' && <span class="chip-count">{count(releases.value.value.length)}</span>}</a>
        </nav>
        {begin === null && part === 'rollouts' && <a class="button small" href={formatRoute(rolloutsRoute('rollouts', ''))} data-testid="rollout-new">Begin a rollout</a>}
      </div>
      <ReadOnlyNote />
      {part === 'releases' ? <ReleasesView /> : (
        <>
          {begin !== null && <BeginForm key={begin} version={begin} />}
          <Loaded of={list.value} height={200} onRetry={() => void store.rollouts.read()}>
            {(rollouts) => rollouts.length === 0 ? (begin === null ? <NoRollouts /> : null) : <ul class="rollouts">{rollouts.map((rollout) => <Entry key={rollout.id} rollout={rollout} />)}</ul>}
          </Loaded>
        </>
      )}
    </div>
  );
}

function Entry({ rollout }: { readonly rollout: Rollout }) {
  const counts = totalCounts(rollout);
  const all = devicesOf(rollout);
  const wave = currentWave(rollout);
  const line = wave === null ? null : abortLine(wave);
  return (
    <li class={`panel rollout-entry ${rollout.state}`} data-testid={`rollout-${rollout.id}`} data-state={rollout.state}>
      <div class="rollout-head">
        <span class={`rollout-state ${rollout.state}`}><RolloutMark state={rollout.state} /> {ROLLOUT_STATE_TEXT[rollout.state]}</span>
        <a class="link" href={formatRoute(rolloutRoute(rollout.id))}><strong class="mono">{rollout.plan.version}</strong> to {targetsWords(rollout.targets)}</a>
        <span class="quiet aside" title={instant(rollout.createdAt)}>begun <Age at={rollout.createdAt} /> ago by {rollout.by}</span>
      </div>
      <Shares counts={counts} devices={all} />
      <p class="quiet">
        {count(settled(counts))} of {count(all)} devices settled: {count(counts.updated)} updated, {count(counts.failed)} failed
        {counts['rolled-back'] > 0 && `, ${count(counts['rolled-back'])} back at what they had`}
        {counts['rollback-failed'] > 0 && `, ${count(counts['rollback-failed'])} could not go back`}
        {isUnderWay(rollout) && wave !== null && line !== null && <>; wave {count(wave.number + 1)} of {count(rollout.waves.length)} fails at {count(line.abortAt)}, has {count(line.failures)}</>}.
        {rollout.detail !== null && <span class="rollout-detail"> {rollout.detail}</span>}
      </p>
    </li>
  );
}

function NoRollouts() {
  return (
    <Notice title="No rollout yet" testid="no-rollouts" sign="▷">
      <p>A rollout brings a release to devices wave by wave: a few first, then more, and stops by itself when too many fail. First upload an image as a release; then begin.</p>
      <a class="button primary" href={formatRoute(rolloutsRoute('releases'))}>Upload a release</a>
    </Notice>
  );
}
