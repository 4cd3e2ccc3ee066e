import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Loaded } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { age, count, instant } from '../../state/format';
import { pendingLeaves } from '../../state/twin';
import type { TwinView } from '../../wire/twin';
import { DesiredEditor } from './DesiredEditor';
import { TwinTree } from './TwinTree';

export function TwinPanel({ id }: { readonly id: string }) {
  const { details } = useStore();
  const editing = useSignal(false);
  const twin = details.twin.value;
  return (
    <section class="panel" aria-labelledby="twin" data-testid="twin-panel">
      <header>
        <h2 id="twin" tabIndex={-1}>Twin</h2>
        {twin.kind === 'ready' && <InStep twin={twin.value} />}
        <span class="aside">
          {twin.kind === 'ready' && !editing.value && <WriteButton testid="twin-edit" onClick={() => (editing.value = true)}>Edit desired</WriteButton>}
        </span>
      </header>
      <div class="body">
        <Loaded of={twin} height={120} onRetry={() => void details.readTwin()}>
          {(value) => (
            <>
              {editing.value && <DesiredEditor id={id} twin={value} onClose={() => (editing.value = false)} />}
              <TwinTree twin={value} />
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}

function InStep({ twin }: { readonly twin: TwinView }) {
  const now = useStore().now.value;
  const pending = pendingLeaves(twin);
  const versions = `desired ${count(twin.desired.version)}, reported ${count(twin.reported.version)}`;
  if (twin.pendingSince === null) {
    return <span class="quiet" data-testid="twin-state" data-pending="false">= in step · versions: {versions}</span>;
  }
  return (
    <span class="behind" data-testid="twin-state" data-pending="true" title={`since ${instant(twin.pendingSince)}`}>
      <span aria-hidden="true">Δ</span> {count(pending)} {pending === 1 ? 'key' : 'keys'} pending for {age(now - twin.pendingSince)} <span class="quiet">· versions: {versions}</span>
    </span>
  );
}
