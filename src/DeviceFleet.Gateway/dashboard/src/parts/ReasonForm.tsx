import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { WriteButton } from './WriteButton';

const REASON_LENGTH_MAX = 500;

interface Props {
  /** The question, for who hears it. */
  readonly label: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  readonly submit: string;
  readonly kind?: 'primary' | 'danger';
  readonly admin?: boolean;
  readonly busy: boolean;
  readonly testid: string;
  readonly keep?: string;
  readonly onSubmit: (reason: string) => void;
  readonly onCancel: () => void;
}

/** Says what will happen, asks why, and only then does it. The reason goes into the audit. */
export function ReasonForm({ label, children, submit, kind = 'primary', admin = false, busy, testid, keep = 'Do not', onSubmit, onCancel }: Props) {
  const reason = useSignal('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form
      class="confirm"
      aria-label={label}
      data-testid={`${testid}-form`}
      onSubmit={(event) => (event.preventDefault(), onSubmit(reason.value.trim()))}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onCancel();
        }
      }}
    >
      <p>{children}</p>
      <label class="field">
        <span>Why, for the audit</span>
        <input ref={input} type="text" maxLength={REASON_LENGTH_MAX} value={reason.value} data-testid={`${testid}-reason`} onInput={(event) => (reason.value = event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <WriteButton type="submit" kind={kind} admin={admin} busy={busy} testid={`${testid}-confirm`}>{submit}</WriteButton>
        <button type="button" class="button" onClick={onCancel}>{keep}</button>
      </div>
    </form>
  );
}
