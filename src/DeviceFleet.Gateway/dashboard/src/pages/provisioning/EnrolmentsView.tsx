import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Once } from '../../parts/Once';
import { Loaded } from '../../parts/ProblemNote';
import { ReadOnlyNote, WriteButton } from '../../parts/WriteButton';
import { count } from '../../state/format';
import { enrolmentStand, enrolmentWords } from '../../state/enrolments';
import { formatRoute, provisioningRoute } from '../../state/route';
import type { Enrolment } from '../../wire/provisioning';
import { EnrolmentActions } from './EnrolmentActions';
import { EnrolmentForm } from './EnrolmentForm';

/** Who may come in. */
export function EnrolmentsView({ at }: { readonly at: string | null }) {
  const store = useStore();
  const { list } = store.enrolments;
  const making = useSignal(false);
  const told = useSignal<{ readonly id: string; readonly key: string } | null>(null);
  const read = () => void store.enrolments.read();
  const live = store.link.value.kind === 'live';
  useEffect(read, [live]);
  useEffect(() => void (at !== null && document.getElementById(`enrolment-${at}`)?.scrollIntoView({ block: 'nearest' })), [at, list.value.kind]);
  const close = (written: { readonly id: string; readonly key: string | null } | null) => {
    making.value = false;
    told.value = written === null || written.key === null ? null : { id: written.id, key: written.key };
  };
  return (
    <div class="content" data-testid="enrolments">
      <div class="groups-head">
        <h2 class="part-title">Enrolments</h2>
        <span class="quiet">say which devices may come in, and what they get</span>
        {!making.value && <WriteButton kind="primary" admin testid="enrolment-new" onClick={() => ((making.value = true), (told.value = null))}>New enrolment</WriteButton>}
      </div>
      <ReadOnlyNote />
      {told.value !== null && (
        <Once title={`Key of ${told.value.id}`} lines={[told.value.key]} testid="enrolment-key" onClose={() => (told.value = null)}>
          Devices prove with it that {told.value.id} means them. Put it into the devices, or into a file that only they can read.
        </Once>
      )}
      {making.value && <EnrolmentForm enrolment={null} onClose={close} />}
      <Loaded of={list.value} height={160} onRetry={read}>
        {(enrolments) => enrolments.length === 0 ? (
          <p class="quiet" data-testid="no-enrolments">None yet: no device can come in by itself. Make the first one; a device can also be registered by hand on its own page, under its id.</p>
        ) : (
          <ul class="enrolments">{enrolments.map((enrolment) => <Entry key={enrolment.id} enrolment={enrolment} isChosen={enrolment.id === at} />)}</ul>
        )}
      </Loaded>
    </div>
  );
}

const STAND = { open: ['●', 'lets devices in'], disabled: ['○', 'disabled'], over: ['◐', 'has ended'] } as const;

function Entry({ enrolment, isChosen }: { readonly enrolment: Enrolment; readonly isChosen: boolean }) {
  const store = useStore();
  const stand = enrolmentStand(enrolment, store.now.value);
  const editing = useSignal(false);
  const board = provisioningRoute({ enrolment: enrolment.id });
  return (
    <li id={`enrolment-${enrolment.id}`} class={`panel enrolment ${stand}${isChosen ? ' at' : ''}`} data-testid={`enrolment-${enrolment.id}`} data-stand={stand}>
      <header>
        <h3 class="mono">{enrolment.id}</h3>
        <span class="stand"><span aria-hidden="true">{STAND[stand][0]}</span> {STAND[stand][1]}</span>
        <span class="aside">version {count(enrolment.version)} by {enrolment.by}, <Age at={enrolment.at} /> ago</span>
      </header>
      <div class="body">
        <p>{enrolmentWords(enrolment)}.</p>
        <p class="quiet">
          {enrolment.needsApproval ? 'A person approves each device. ' : ''}
          {enrolment.mayReprovision ? 'A device that lost its secret may come in anew. ' : 'Once in, a device may not come in anew. '}
          {enrolment.expiresAt !== null && stand === 'open' && <>Ends <Until at={enrolment.expiresAt} />. </>}
          {enrolment.openCodes > 0 && `${count(enrolment.openCodes)} ${enrolment.openCodes === 1 ? 'code is' : 'codes are'} open. `}
          <a class="link" href={formatRoute(board)}>Its sagas</a>
        </p>
        {editing.value ? <EnrolmentForm enrolment={enrolment} onClose={() => (editing.value = false)} /> : <EnrolmentActions enrolment={enrolment} onEdit={() => (editing.value = true)} />}
      </div>
    </li>
  );
}

function Until({ at }: { readonly at: number }) {
  return <time dateTime={new Date(at).toISOString()}>{new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC</time>;
}
