import { useSignal } from '@preact/signals';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { Once } from '../../parts/Once';
import { Loaded, ProblemNote } from '../../parts/ProblemNote';
import { ReasonForm } from '../../parts/ReasonForm';
import { LifecycleMark, SagaMark } from '../../parts/sagaMarks';
import { WriteButton } from '../../parts/WriteButton';
import { age, count, instant } from '../../state/format';
import {
  CREDENTIALS_MAX, LIFECYCLE_MEANS, LIFECYCLE_TEXT, MOVE_TEXT, NEEDS_ADMIN, STAND_TEXT, credentialsInOrder, moveConsequence, moveRefusal, movesOf, revokeConsequence, standOf, type IdentityMove,
} from '../../state/identity';
import type { Problem } from '../../state/problem';
import { formatRoute, provisioningRoute } from '../../state/route';
import { KIND_TEXT, SAGA_STATE_TEXT, hasEnded } from '../../state/sagas';
import { viewOf } from '../../app/sagas';
import type { Credential, Identity } from '../../wire/identity';

/** Revoked and expired credentials shown before one asks for more. */
const OVER_SHOWN = 2;

type Mode = IdentityMove | 'add' | 'register' | null;

/** What the device is allowed to be, and the credentials by which it is. */
export function IdentityPanel({ id }: { readonly id: string }) {
  const { details } = useStore();
  const told = useSignal<{ readonly credential: string; readonly secret: string } | null>(null);
  return (
    <section class="panel" aria-labelledby="identity" data-testid="identity-panel">
      <header><h2 id="identity" tabIndex={-1}>Identity</h2></header>
      <div class="body identity">
        {told.value !== null && (
          <Once title={`Secret of ${id}`} lines={[told.value.secret]} testid="identity-secret" onClose={() => (told.value = null)}>
            The password of credential {told.value.credential}; user name and client id are <code>{id}</code>.
          </Once>
        )}
        <Loaded of={details.identity.value} height={120} onRetry={() => details.readIdentity()}>
          {(identity) => identity === null
            ? <NoIdentity id={id} onTold={(credential, secret) => (told.value = { credential, secret })} />
            : <Shown identity={identity} onTold={(credential, secret) => (told.value = { credential, secret })} />}
        </Loaded>
      </div>
    </section>
  );
}

type OnTold = (credential: string, secret: string) => void;

function Shown({ identity, onTold }: { readonly identity: Identity; readonly onTold: OnTold }) {
  const store = useStore();
  const now = store.now.value;
  const saga = viewOf(identity);
  const all = useSignal(false);
  const credentials = credentialsInOrder(identity.credentials, now);
  const isOver = (credential: Credential) => ['revoked', 'expired'].includes(standOf(credential, now));
  const inForce = credentials.filter((c) => !isOver(c));
  const over = credentials.filter(isOver);
  return (
    <>
      <p class={`lifecycle life-${identity.state}`} data-testid="lifecycle" data-state={identity.state}>
        <LifecycleMark state={identity.state} /> <strong>{LIFECYCLE_TEXT[identity.state]}</strong> <span class="quiet" title={instant(identity.since)}>for {age(now - identity.since)}: {LIFECYCLE_MEANS[identity.state]}</span>
      </p>
      {saga !== null && !hasEnded(saga) && (
        <a class="saga-link" href={formatRoute(provisioningRoute({ kind: saga.progress.kind, at: saga.deviceId }))} data-testid="identity-saga">
          <SagaMark state={saga.progress.state} /> {KIND_TEXT[saga.progress.kind]}, at {saga.progress.step}: {SAGA_STATE_TEXT[saga.progress.state]}
        </a>
      )}
      <dl class="facts">
        <dt>Hardware</dt>
        <dd class="mono">{identity.hardwareId ?? <span class="none">registered by hand</span>}</dd>
        {identity.enrolmentId !== null && <><dt>Enrolment</dt><dd><a class="link" href={formatRoute(provisioningRoute({ part: 'enrolments', at: identity.enrolmentId }))}>{identity.enrolmentId}</a></dd></>}
        {saga !== null && hasEnded(saga) && <><dt>Last saga</dt><dd><SagaMark state={saga.progress.state} size={9} /> {KIND_TEXT[saga.progress.kind].toLowerCase()} {SAGA_STATE_TEXT[saga.progress.state]}</dd></>}
      </dl>
      <h3>Credentials <span class="quiet">{count(inForce.length)} of at most {CREDENTIALS_MAX} in force</span></h3>
      {credentials.length === 0 && <p class="quiet">None: it cannot connect.</p>}
      <ul class="credentials">
        {[...inForce, ...over.slice(0, all.value ? over.length : OVER_SHOWN)].map((credential) => <Entry key={credential.id} identity={identity} credential={credential} />)}
      </ul>
      {!all.value && over.length > OVER_SHOWN && <button type="button" class="button small" onClick={() => (all.value = true)}>Show {count(over.length - OVER_SHOWN)} more that have ended</button>}
      <Moves identity={identity} inForce={inForce.length} onTold={onTold} />
    </>
  );
}

function Entry({ identity, credential }: { readonly identity: Identity; readonly credential: Credential }) {
  const store = useStore();
  const asking = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const now = store.now.value;
  const stand = standOf(credential, now);
  const over = stand === 'revoked' || stand === 'expired';
  const revoke = async (reason: string) => {
    busy.value = true;
    const outcome = await store.details.revoke(identity.deviceId, credential, reason);
    busy.value = false;
    asking.value = !outcome.ok;
    problem.value = outcome.ok ? null : outcome.problem;
  };
  return (
    <li class={`credential ${stand}`} data-testid={`credential-${credential.id}`} data-stand={stand}>
      <div class="credential-head">
        <span class="mono">{credential.id}</span>
        <span class={`stand ${stand}`}>{STAND_TEXT[stand]}</span>
        {!over && <WriteButton testid={`revoke-${credential.id}`} onClick={() => (asking.value = !asking.value)}>Revoke</WriteButton>}
      </div>
      <p class="quiet">
        made <Age at={credential.createdAt} /> ago by {credential.by}
        {credential.firstUsedAt !== null && <>; first used <Age at={credential.firstUsedAt} /> ago</>}
        {credential.revokedAt !== null ? <>; revoked <Age at={credential.revokedAt} /> ago</> : credential.expiresAt !== null && <span title={instant(credential.expiresAt)}>; {credential.expiresAt > now ? `ends in ${age(credential.expiresAt - now)}` : 'has ended'}</span>}
      </p>
      {asking.value && (
        <ReasonForm label={`Revoke ${credential.id}?`} submit="Revoke it" kind="danger" busy={busy.value} testid="revoke" keep="Keep it" onSubmit={(reason) => void revoke(reason)} onCancel={() => (asking.value = false)}>
          {revokeConsequence(identity, credential, now)}
        </ReasonForm>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </li>
  );
}

function Moves({ identity, inForce, onTold }: { readonly identity: Identity; readonly inForce: number; readonly onTold: OnTold }) {
  const store = useStore();
  const mode = useSignal<Mode>(null);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const moves = movesOf(identity.state);
  const run = async (reason: string) => {
    const move = mode.peek();
    if (move === null || move === 'register' || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const failure = move === 'add' ? await add(reason) : await store.details.move(identity.deviceId, move, reason).then((outcome) => (outcome.ok ? null : outcome.problem));
    busy.value = false;
    problem.value = failure;
    mode.value = failure === null ? null : move;
  };
  const add = async (reason: string): Promise<Problem | null> => {
    const outcome = await store.details.addCredential(identity.deviceId, reason);
    if (outcome.ok && outcome.value.secret !== null) {
      onTold(outcome.value.credentialId ?? '', outcome.value.secret);
    }
    return outcome.ok ? null : outcome.problem;
  };
  const open = (next: Mode) => ((mode.value = mode.value === next ? null : next), (problem.value = null));
  const move = mode.value;
  const mayAdd = identity.state === 'active' || identity.state === 'suspended';
  return (
    <div class="alarm-actions">
      <div class="buttons">
        {mayAdd && <WriteButton admin testid="identity-add" refusal={inForce >= CREDENTIALS_MAX ? `${CREDENTIALS_MAX} are in force already: revoke one first.` : null} onClick={() => open('add')}>Add credential</WriteButton>}
        {moves.map((name) => <WriteButton key={name} admin={NEEDS_ADMIN[name]} testid={`identity-${name}`} refusal={moveRefusal(identity, name)} onClick={() => open(name)}>{MOVE_TEXT[name]}</WriteButton>)}
      </div>
      {move === 'add' && (
        <ReasonForm label="Add a credential?" submit="Make it" admin busy={busy.value} testid="identity-add" onSubmit={(reason) => void run(reason)} onCancel={() => (mode.value = null)}>
          One more credential for {identity.deviceId}, good at once. Its secret is shown this once; those in force stay.
        </ReasonForm>
      )}
      {move !== null && move !== 'add' && move !== 'register' && moves.includes(move) && (
        <ReasonForm key={move} label={`${MOVE_TEXT[move]} ${identity.deviceId}?`} submit={`${MOVE_TEXT[move]} it`} kind={move === 'suspend' || move === 'decommission' ? 'danger' : 'primary'} admin={NEEDS_ADMIN[move]} busy={busy.value} testid={`identity-${move}`} onSubmit={(reason) => void run(reason)} onCancel={() => (mode.value = null)}>
          {moveConsequence(identity, move)}
        </ReasonForm>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </div>
  );
}

/** A device that came without the provisioning of today, or one that is to be: an administrator may register it by hand. */
function NoIdentity({ id, onTold }: { readonly id: string; readonly onTold: OnTold }) {
  const store = useStore();
  const asking = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const register = async (reason: string) => {
    busy.value = true;
    const outcome = await store.details.register(id, reason);
    busy.value = false;
    asking.value = !outcome.ok;
    problem.value = outcome.ok ? null : outcome.problem;
    if (outcome.ok && outcome.value.secret !== null) {
      onTold(outcome.value.credentialId ?? '', outcome.value.secret);
    }
  };
  return (
    <>
      <p data-testid="no-identity">No identity has this name: nothing may connect as <code>{id}</code>.</p>
      <p class="quiet">A device gets one by provisioning itself under an <a class="link" href={formatRoute(provisioningRoute({ part: 'enrolments' }))}>enrolment</a>, or an administrator registers it by hand.</p>
      {asking.value ? (
        <ReasonForm label={`Register ${id}?`} submit="Register it" admin busy={busy.value} testid="identity-register" onSubmit={(reason) => void register(reason)} onCancel={() => (asking.value = false)}>
          {id} becomes an active device with one credential, without a claim. Its secret is shown this once: you bring it to the device.
        </ReasonForm>
      ) : <div class="buttons"><WriteButton admin testid="identity-register" onClick={() => (asking.value = true)}>Register by hand</WriteButton></div>}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </>
  );
}
