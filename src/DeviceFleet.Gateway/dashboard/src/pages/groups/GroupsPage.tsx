import { useEffect, useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { EmptyFleet, Notice } from '../../parts/Notice';
import { count } from '../../state/format';
import { hierarchy, rollups } from '../../state/groups';
import { groupsRoute } from '../../state/route';
import { commonMetrics } from '../../state/rows';
import { GroupLine } from './GroupLine';

/** Most metrics to choose from. */
const METRICS_MAX = 32;

/** The hierarchy site → line → device with live numbers, each group's own where it told them, else counted from the rows. */
export function GroupsPage({ metric: asked }: { readonly metric: string }) {
  const store = useStore();
  const { rows, staleAfterMs } = store.fleet.value;
  const now = store.now.value;
  const metrics = useMemo(() => commonMetrics(rows, METRICS_MAX), [now, rows.length]);
  // Counting 100,000 rows takes a while: once a second is enough.
  const paths = useMemo(() => [...new Set(rows.map((row) => row.group))].filter((group) => group !== null).sort().join('\n'), [now, rows.length]);
  const without = useMemo(() => rows.reduce((n, row) => n + Number(row.group === null), 0), [now, rows.length]);
  const views = store.groups.views.value;
  const metric = metrics.includes(asked) ? asked : (metrics[0] ?? '');
  const nodes = useMemo(() => hierarchy([...paths.split('\n').filter((path) => path !== ''), ...[...views.values()].filter((v) => v.rollup.devices > 0).map((v) => v.path)]), [paths, views]);
  const counted = useMemo(() => rollups(rows, metric, now, staleAfterMs), [now, metric, paths]);
  useEffect(() => store.groups.want(nodes.map((node) => node.path)), [nodes, store.fleet.value.index]);

  if (!store.loaded.value) {
    return <div class="content" aria-busy="true" data-testid="loading"><h1 class="visually-hidden">Groups, loading</h1>{[32, 32, 32, 32, 32].map((h, i) => <div key={i} class="skeleton" style={{ height: `${h}px` }} />)}</div>;
  }
  if (rows.length === 0) {
    return <EmptyFleet />;
  }
  if (nodes.length === 0) {
    return (
      <Notice title="No groups yet" testid="no-groups" sign="○">
        <p>A group is there as soon as a device is in it: open a device, edit its registration, and write its group as <code>site/line</code>.</p>
        <a class="button" href="/devices">Choose a device</a>
      </Notice>
    );
  }
  const unit = store.settings.unitsOfAll()(metric);
  return (
    <div class="content" data-testid="groups-page">
      <div class="groups-head">
        <h1>Groups</h1>
        <span class="quiet">{count(nodes.length)} groups{without > 0 && `; ${count(without)} devices are in none`}</span>
        {metrics.length > 0 && (
          <label class="metric-choice">Metric{' '}
            <select value={metric} data-testid="groups-metric" onChange={(event) => store.navigation.replace(groupsRoute(event.currentTarget.value))}>
              {metrics.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        )}
      </div>
      <section class="panel groups" tabIndex={0} aria-label="Groups, a table that scrolls sideways">
        <table>
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col" class="number">Devices</th>
              <th scope="col" class="number">Online</th>
              <th scope="col" class="number">Alarming</th>
              <th scope="col" class="shares">States</th>
              <th scope="col" class="number">Min <span class="unit">{unit}</span></th>
              <th scope="col" class="number">Average</th>
              <th scope="col" class="number">Max</th>
              <th scope="col" class="number">Changed</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => <GroupLine key={node.path} node={node} view={views.get(node.path)} counted={counted.get(node.path)} metric={metric} />)}
          </tbody>
        </table>
      </section>
      <p class="quiet">Numbers of a group include the groups below it. They are the group’s own; where it told none yet, they are counted from the devices that this page knows, and marked ≈.</p>
    </div>
  );
}
