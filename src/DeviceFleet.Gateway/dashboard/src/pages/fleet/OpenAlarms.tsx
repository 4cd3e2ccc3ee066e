import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { SEVERITY_TEXT, SeverityMark } from '../../parts/marks';
import { alarmKey, inbox } from '../../state/alarms';
import { count } from '../../state/format';
import { alarmsRoute, formatRoute } from '../../state/route';

/** Most rules listed; the page of alarms has all. */
const RULES_MAX = 6;

/** What must be done: open alarms by rule, worst first. */
export function OpenAlarms() {
  const page = useStore().inbox.page.value;
  const groups = page.kind === 'ready' ? inbox(page.value.alarms, null).filter((group) => group.open > 0) : [];
  return (
    <section class="panel" aria-labelledby="open-alarms" data-testid="open-alarms">
      <header>
        <h2 id="open-alarms">Open alarms</h2>
        <a class="aside link" href={formatRoute(alarmsRoute())}>all alarms</a>
      </header>
      <ul class="rule-list">
        {page.kind === 'loading' && <li class="quiet">Reading…</li>}
        {page.kind === 'failed' && <li class="quiet">{page.problem.what}. {page.problem.why}</li>}
        {page.kind === 'ready' && groups.length === 0 && <li class="quiet">None: no rule finds anything wrong now.</li>}
        {groups.slice(0, RULES_MAX).map((group) => (
          <li key={group.rule}>
            <a href={formatRoute(alarmsRoute(alarmKey(group.alarms[0]!)))}>
              <span class={`severity ${group.severity}`}><SeverityMark severity={group.severity} /> {SEVERITY_TEXT[group.severity]}</span>
              <span class="name truncate">{group.name}</span>
              <span class="quiet"><Age at={group.alarms[0]!.raisedAt} /> ago</span>
              <span class="detail">{count(group.open)} open{group.unacknowledged > 0 && `, ${count(group.unacknowledged)} not acknowledged`}</span>
            </a>
          </li>
        ))}
        {groups.length > RULES_MAX && <li class="quiet">and {count(groups.length - RULES_MAX)} more rules</li>}
      </ul>
    </section>
  );
}
