import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { count } from '../../state/format';
import type { Problem } from '../../state/problem';
import { draftFor, readDraft, rolloutId, type RolloutDraft } from '../../state/rolloutDraft';
import { rolloutRoute, rolloutsRoute } from '../../state/route';
import type { DryRun, Release } from '../../wire/rollouts';

const NO_RELEASES: readonly Release[] = [];

/** A release, whom for, in which waves, and when to stop by itself. Counts the devices before anything is done. */
export function BeginForm({ version }: { readonly version: string }) {
  const store = useStore();
  const releases = store.rollouts.releases.value;
  const open = releases.kind === 'ready' ? releases.value.filter((r) => !r.isWithdrawn) : NO_RELEASES;
  const draft = useSignal<RolloutDraft>({ ...draftFor(null), version });
  const tried = useSignal(false);
  const busy = useSignal<'count' | 'begin' | null>(null);
  const problem = useSignal<Problem | null>(null);
  /** What was counted, and for which targets. */
  const counted = useSignal<{ readonly of: string; readonly run: DryRun } | null>(null);
  const id = useRef(rolloutId(version, Date.now()));
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  useEffect(() => {
    // The release that the page was opened with says which type it is for.
    const release = open.find((r) => r.version === draft.peek().version);
    if (release !== undefined && draft.peek().type === '') {
      draft.value = { ...draft.peek(), type: release.deviceType ?? '' };
    }
  }, [open.length]);

  const read = readDraft(draft.value, id.current);
  const faults = read.ok || !tried.value ? {} : read.faults;
  const of = JSON.stringify(read.ok ? [read.body.targets, read.body.version] : null);
  const fresh = counted.value !== null && counted.value.of === of ? counted.value.run : null;
  const edit = (part: Partial<RolloutDraft>) => {
    draft.value = { ...draft.peek(), ...part };
    problem.value = null;
  };
  const choose = (next: string) => {
    const release = open.find((r) => r.version === next);
    id.current = rolloutId(next, Date.now());
    edit({ version: next, ...(release !== undefined && release.deviceType !== null && { type: release.deviceType }) });
  };
  const run = async (what: 'count' | 'begin') => {
    tried.value = true;
    if (!read.ok || busy.peek() !== null) {
      return;
    }
    busy.value = what;
    problem.value = null;
    if (what === 'count') {
      const outcome = await store.rollouts.dryRun(read.body);
      counted.value = outcome.ok ? { of, run: outcome.value } : null;
      problem.value = outcome.ok ? null : outcome.problem;
    } else {
      const outcome = await store.rollouts.begin(read.body);
      problem.value = outcome.ok ? null : outcome.problem;
      if (outcome.ok) {
        store.navigation.replace(rolloutRoute(outcome.value.id));
      }
    }
    busy.value = null;
  };
  const text = (name: 'group' | 'type' | 'waves' | 'soakMinutes' | 'abortAbovePercent' | 'abortFailuresMin' | 'parallel' | 'deviceMinutes' | 'windowFrom' | 'windowTo', label: string, placeholder = '') => (
    <label class="field">
      <span>{label}</span>
      <input type="text" spellcheck={false} placeholder={placeholder} value={draft.value[name]} aria-invalid={faults[name] !== undefined} data-testid={`begin-${name}`} onInput={(event) => edit({ [name]: event.currentTarget.value })} />
      {faults[name] !== undefined && <span class="fault">{faults[name]}</span>}
    </label>
  );
  const area = (name: 'tags' | 'ids', label: string, placeholder: string) => (
    <label class="field">
      <span>{label}</span>
      <textarea class="mono" rows={name === 'ids' ? 4 : 2} spellcheck={false} placeholder={placeholder} value={draft.value[name]} aria-invalid={faults[name] !== undefined} onInput={(event) => edit({ [name]: event.currentTarget.value })} />
      {faults[name] !== undefined && <span class="fault">{faults[name]}</span>}
    </label>
  );
  const chosen = open.find((r) => r.version === draft.value.version);
  return (
    <form class="editor begin-form" aria-label="Begin a rollout" data-testid="begin-form" onSubmit={(event) => (event.preventDefault(), void run(fresh === null ? 'count' : 'begin'))} onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), store.navigation.replace(rolloutsRoute()))}>
      <h2>Begin a rollout</h2>
      <div class="form-row">
        <label class="field">
          <span>Release</span>
          <select ref={first} value={draft.value.version} aria-invalid={faults.version !== undefined} data-testid="begin-version" onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">choose one</option>
            {draft.value.version !== '' && chosen === undefined && <option value={draft.value.version}>{draft.value.version} (not listed)</option>}
            {open.map((release) => <option key={release.version} value={release.version}>{release.version}{release.deviceType === null ? '' : `, for ${release.deviceType}`}</option>)}
          </select>
          {faults.version !== undefined && <span class="fault">{faults.version}</span>}
          {releases.kind === 'ready' && open.length === 0 && <span class="fault">There is no release yet: upload one first.</span>}
        </label>
        <label class="field">
          <span>Devices</span>
          <select value={draft.value.to} data-testid="begin-to" onChange={(event) => edit({ to: (['query', 'ids', 'all'] as const).find((to) => to === event.currentTarget.value) ?? 'query' })}>
            <option value="query">by type, group and tags</option>
            <option value="ids">these, by id</option>
            <option value="all">every device</option>
          </select>
        </label>
        {draft.value.to === 'query' && text('type', 'Type', 'pump')}
        {draft.value.to === 'query' && text('group', 'Group, or below it', 'oslo')}
      </div>
      {draft.value.to === 'query' && area('tags', 'Tags, one a line: all of them', 'hall = 3')}
      {draft.value.to === 'ids' && area('ids', 'Ids, parted by spaces or lines', 'pump-001 pump-002')}
      <div class="form-row">
        {text('waves', 'Waves, up to percent of the devices', '5, 25, 100')}
        {text('soakMinutes', 'Minutes each wave is watched')}
        {text('parallel', 'Devices updated at once')}
        {text('deviceMinutes', 'Minutes a device may take')}
      </div>
      <div class="form-row">
        {text('abortAbovePercent', 'Abort above, % of a wave failed')}
        {text('abortFailuresMin', 'but not before, devices failed')}
        {text('windowFrom', 'Only from, hh:mm UTC', 'any time')}
        {text('windowTo', 'to, hh:mm UTC', 'any time')}
      </div>
      <label class="check"><input type="checkbox" checked={draft.value.rollBack} onChange={(event) => edit({ rollBack: event.currentTarget.checked })} /> When it aborts, put updated devices back to what they had</label>
      <div class="effect" aria-live="polite">
        {fresh !== null && (
          <p data-testid="begin-count">
            {fresh.devices === 0 ? 'No device is meant by this now.' : <><strong>{count(fresh.devices)}</strong> {fresh.devices === 1 ? 'device' : 'devices'}: {fresh.sample.slice(0, 6).join(', ')}{fresh.devices > Math.min(6, fresh.sample.length) && ` and ${count(fresh.devices - Math.min(6, fresh.sample.length))} more`}. Those that run {draft.value.version} already are left out.</>}
          </p>
        )}
      </div>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <div class="buttons">
        <WriteButton admin kind={fresh === null ? 'primary' : 'plain'} type={fresh === null ? 'submit' : 'button'} testid="begin-dry-run" busy={busy.value === 'count'} refusal={!read.ok && tried.value ? 'Something in it cannot be read.' : null} onClick={() => fresh !== null && void run('count')}>Count the devices</WriteButton>
        {fresh !== null && fresh.devices > 0 && (
          <WriteButton admin kind="primary" type="submit" testid="begin-go" busy={busy.value === 'begin'} refusal={read.ok ? null : 'Something in it cannot be read.'}>Begin: update {count(fresh.devices)} {fresh.devices === 1 ? 'device' : 'devices'} in {count(read.ok ? read.body.waves.length : 0)} {read.ok && read.body.waves.length === 1 ? 'wave' : 'waves'}</WriteButton>
        )}
        <a class="button" href="/rollouts">Cancel</a>
      </div>
    </form>
  );
}
