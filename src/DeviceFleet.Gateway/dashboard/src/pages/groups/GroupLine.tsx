import { Age } from '../../parts/Age';
import { Changing } from '../../parts/Changing';
import { SeverityMark } from '../../parts/marks';
import { count, quantity } from '../../state/format';
import { average, type GroupNode } from '../../state/groups';
import { STATE_NAMES } from '../../state/presence';
import { devicesRoute, formatRoute } from '../../state/route';
import type { GroupView, Rollup } from '../../wire/groups';

interface Props {
  readonly node: GroupNode;
  readonly view: GroupView | undefined;
  readonly counted: Rollup | undefined;
  readonly metric: string;
}

export function GroupLine({ node, view, counted, metric }: Props) {
  const rollup = view?.rollup ?? counted;
  const own = view !== undefined;
  const values = rollup?.metrics[metric];
  const off = rollup === undefined ? 0 : rollup.devices - rollup.online - rollup.stale - rollup.offline - rollup.unknown;
  return (
    <tr data-testid={`group-${node.path}`}>
      <th scope="row" title={node.path}>
        <span class="indent" style={{ paddingLeft: `${node.depth * 18}px` }}>
          <a class={node.depth === 0 ? 'site' : ''} href={formatRoute(devicesRoute(`group:${node.path}`))}>{node.name}</a>
          {!own && <span class="quiet" title="Counted from the devices that this page knows"> ≈</span>}
        </span>
      </th>
      <td class="number">{rollup === undefined ? '–' : count(rollup.devices)}{off !== 0 && <span class="fault" title="The states do not add up to the devices"> ({count(off)} off)</span>}</td>
      <td class="number">{rollup === undefined ? '–' : <Changing value={rollup.online} of={node.path}>{count(rollup.online)}</Changing>}</td>
      <td class="number">
        {rollup === undefined || rollup.alarming === 0 ? <span class="none">0</span> : (
          <a class={`severity ${rollup.critical > 0 ? 'critical' : 'warning'}`} href={formatRoute(devicesRoute(`group:${node.path} alarming`))} title={`${count(rollup.critical)} of these critical`}>
            <SeverityMark severity={rollup.critical > 0 ? 'critical' : 'warning'} size={9} /> {count(rollup.alarming)}
          </a>
        )}
      </td>
      <td class="shares">{rollup !== undefined && <Shares rollup={rollup} />}</td>
      {values === undefined || values.count === 0 ? [0, 1, 2].map((i) => <td key={i} class="number none">–</td>) : (
        <>
          <td class="number">{quantity(values.min)}</td>
          <td class="number" title={`over ${count(values.count)} devices`}>{quantity(average(values))}</td>
          <td class="number">{quantity(values.max)}</td>
        </>
      )}
      <td class="number quiet">{view?.at === undefined || view.at === null ? '–' : <><Age at={view.at} /> ago</>}</td>
    </tr>
  );
}

/** The states as shares of a bar; the numbers are told to who cannot see it. */
function Shares({ rollup }: { readonly rollup: Rollup }) {
  const parts = STATE_NAMES.filter((state) => rollup[state] > 0);
  const text = parts.map((state) => `${count(rollup[state])} ${state}`).join(', ');
  let at = 0;
  return (
    <svg class="share-bar" viewBox="0 0 120 8" preserveAspectRatio="none" role="img" aria-label={text}>
      <title>{text}</title>
      {parts.map((state) => {
        const width = (rollup[state] / Math.max(1, rollup.devices)) * 120;
        at += width;
        return <rect key={state} class={state} x={at - width} y={state === 'online' ? 0 : state === 'stale' ? 1.5 : 3} width={Math.max(0.8, width - 0.8)} height={state === 'online' ? 8 : state === 'stale' ? 5 : 2} />;
      })}
    </svg>
  );
}
