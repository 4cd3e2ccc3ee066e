import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { NEW_ENROLMENT, PROOF_TEXT, enrolmentDraft, readEnrolmentDraft, type EnrolmentDraft } from '../../state/enrolments';
import { count } from '../../state/format';
import type { Problem } from '../../state/problem';
import { PROOF_KINDS, type Enrolment } from '../../wire/provisioning';

interface Props {
  /** Null: a new one. */
  readonly enrolment: Enrolment | null;
  /** With a key when one was made just now. */
  readonly onClose: (written: { readonly id: string; readonly key: string | null } | null) => void;
}

export function EnrolmentForm({ enrolment, onClose }: Props) {
  const store = useStore();
  const isNew = enrolment === null;
  const draft = useSignal<EnrolmentDraft>(isNew ? NEW_ENROLMENT : enrolmentDraft(enrolment));
  const base = useSignal(enrolment?.version ?? 0);
  const busy = useSignal(false);
  const tried = useSignal(!isNew);
  const problem = useSignal<Problem | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const read = readEnrolmentDraft(draft.value);
  const faults = read.ok || !tried.value ? {} : read.faults;
  const overtaken = enrolment !== null && enrolment.version !== base.value;
  const edit = (part: Partial<EnrolmentDraft>) => (draft.value = { ...draft.peek(), ...part });

  const write = async () => {
    tried.value = true;
    if (!read.ok || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await store.enrolments.write(read.id, read.body, enrolment?.version ?? 0);
    busy.value = false;
    if (outcome.ok) {
      onClose({ id: read.id, key: outcome.value.key });
    } else {
      problem.value = outcome.problem;
    }
  };
  const text = (name: 'id' | 'hardwareId' | 'deviceId' | 'group' | 'type' | 'connectMinutes', label: string, placeholder = '', off = false) => (
    <label class="field">
      <span>{label}</span>
      <input {...(name === 'id' && { ref: first })} type="text" spellcheck={false} placeholder={placeholder} value={draft.value[name]} disabled={off} aria-invalid={faults[name] !== undefined} data-testid={`enrolment-${name}`} onInput={(event) => edit({ [name]: event.currentTarget.value })} />
      {faults[name] !== undefined && <span class="fault">{faults[name]}</span>}
    </label>
  );
  const area = (name: 'allow' | 'deny' | 'fingerprints' | 'tags' | 'desired', label: string, placeholder: string) => (
    <label class="field">
      <span>{label}</span>
      <textarea class="mono" rows={3} spellcheck={false} placeholder={placeholder} value={draft.value[name]} aria-invalid={faults[name] !== undefined} onInput={(event) => edit({ [name]: event.currentTarget.value })} />
      {faults[name] !== undefined && <span class="fault">{faults[name]}</span>}
    </label>
  );
  const check = (name: 'isEnabled' | 'needsApproval' | 'mayReprovision', label: string) => (
    <label class="check"><input type="checkbox" checked={draft.value[name]} data-testid={`enrolment-${name}`} onChange={(event) => edit({ [name]: event.currentTarget.checked })} /> {label}</label>
  );

  return (
    <form class="editor enrolment-form" aria-label={isNew ? 'New enrolment' : `Change ${enrolment.id}`} data-testid="enrolment-form" onSubmit={(event) => (event.preventDefault(), void write())} onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), onClose(null))}>
      <div class="form-row">
        {text('id', 'Name', 'oslo-pumps', !isNew)}
        <label class="field">
          <span>Devices prove that they are meant by</span>
          <select value={draft.value.proof} disabled={!isNew} data-testid="enrolment-proof" onChange={(event) => edit({ proof: PROOF_KINDS.find((kind) => kind === event.currentTarget.value) ?? 'symmetric-key' })}>
            {PROOF_KINDS.map((kind) => <option key={kind} value={kind}>{PROOF_TEXT[kind]}</option>)}
          </select>
        </label>
        <label class="field">
          <span>For</span>
          <select value={draft.value.forOne ? 'one' : 'group'} disabled={!isNew} onChange={(event) => edit({ forOne: event.currentTarget.value === 'one' })}>
            <option value="group">a group of devices</option>
            <option value="one">one device</option>
          </select>
        </label>
        {draft.value.forOne && text('hardwareId', 'Its hardware id', 'A4:CF:12:0B', !isNew)}
      </div>
      {draft.value.proof === 'x509' && area('fingerprints', 'SHA-256 fingerprints of certificates, one a line', 'as openssl x509 -fingerprint -sha256 prints them')}
      {!draft.value.forOne && (
        <div class="form-row">
          {area('allow', 'Only these hardware ids; empty: all', 'A4:CF:*')}
          {area('deny', 'Never these', 'A4:CF:12:0B')}
        </div>
      )}
      <fieldset>
        <legend>What a device gets</legend>
        <div class="form-row">
          {text('deviceId', 'Device id', '{hardwareId}')}
          {text('group', 'Group', 'site/line')}
          {text('type', 'Type', 'pump')}
        </div>
        <div class="form-row">
          {area('tags', 'Tags, one a line', 'hall = 3')}
          {area('desired', 'First desired configuration, JSON', '{ "interval": 60 }')}
        </div>
      </fieldset>
      <div class="form-row">
        {text('connectMinutes', 'Minutes that a device may take to connect with its identity')}
        <label class="field">
          <span>Lets devices in until; empty: no end</span>
          <input type="datetime-local" value={draft.value.expires} aria-invalid={faults.expires !== undefined} onInput={(event) => edit({ expires: event.currentTarget.value })} />
          {faults.expires !== undefined && <span class="fault">{faults.expires}</span>}
        </label>
      </div>
      <div class="checks">
        {check('needsApproval', 'A person approves each device')}
        {check('mayReprovision', 'A device that lost its secret may come in anew')}
        {check('isEnabled', 'Enabled')}
      </div>
      {isNew && draft.value.proof === 'symmetric-key' && <p class="quiet">The gateway makes the key, and tells it once.</p>}
      {overtaken && (
        <div class="conflict" role="alert">
          <p><strong>▲ Somebody was faster.</strong> There is version {count(enrolment.version)} now, by {enrolment.by}.</p>
          <button type="button" class="button small" onClick={() => ((draft.value = enrolmentDraft(enrolment)), (base.value = enrolment.version), (problem.value = null))}>Drop mine, begin from that</button>
        </div>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <div class="buttons">
        <WriteButton type="submit" kind="primary" admin testid="enrolment-write" busy={busy.value} refusal={!read.ok && tried.value ? 'Something in it cannot be read.' : null}>
          {isNew ? 'Make it' : overtaken ? `Write mine over version ${count(enrolment.version)}` : 'Write it'}
        </WriteButton>
        <button type="button" class="button" onClick={() => onClose(null)}>Cancel</button>
      </div>
    </form>
  );
}
