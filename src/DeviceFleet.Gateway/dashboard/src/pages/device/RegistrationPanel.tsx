import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Loaded } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { count } from '../../state/format';
import { devicesRoute, formatRoute } from '../../state/route';
import type { DeviceView } from '../../wire/contract';
import type { Registration } from '../../wire/twin';
import { RegistrationForm } from './RegistrationForm';

/** What operators say of the device. */
export function RegistrationPanel({ id, view }: { readonly id: string; readonly view: DeviceView }) {
  const { details } = useStore();
  const editing = useSignal(false);
  return (
    <section class="panel" aria-labelledby="registration" data-testid="registration-panel">
      <header>
        <h2 id="registration">Registration</h2>
        <span class="aside">{!editing.value && details.registration.value.kind === 'ready' && <WriteButton testid="registration-edit" onClick={() => (editing.value = true)}>Edit</WriteButton>}</span>
      </header>
      <div class="body">
        <Loaded of={details.registration.value} height={80} onRetry={() => details.readAll()}>
          {(registration) => editing.value
            ? <RegistrationForm id={id} registration={registration} onClose={() => (editing.value = false)} />
            : <Shown registration={registration} view={view} />}
        </Loaded>
      </div>
    </section>
  );
}

function Shown({ registration, view }: { readonly registration: Registration; readonly view: DeviceView }) {
  const tags = Object.entries(registration.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <dl class="facts">
      <dt>Type</dt>
      <dd>{registration.type ?? (view.type === null ? <span class="none">none</span> : <span>{view.type} <span class="quiet">as it says itself</span></span>)}</dd>
      <dt>Group</dt>
      <dd>{registration.group === null ? <span class="none">none</span> : <a class="link" href={formatRoute(devicesRoute(`group:${registration.group}`))}>{registration.group}</a>}</dd>
      {tags.map(([name, value]) => (
        <>
          <dt key={name} class="mono">{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
      <dt>Version</dt>
      <dd>{registration.version === 0 ? <span class="none">nobody said anything yet</span> : <>{count(registration.version)} <span class="quiet">by {registration.by ?? '?'}, <Age at={registration.at} /> ago</span></>}</dd>
    </dl>
  );
}
