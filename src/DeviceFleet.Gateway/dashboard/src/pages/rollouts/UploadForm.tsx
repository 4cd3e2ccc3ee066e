import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../app/context';
import { IMAGE_BYTES_MAX } from '../../app/rollouts';
import { ProblemNote } from '../../parts/ProblemNote';
import { WriteButton } from '../../parts/WriteButton';
import { bytes } from '../../state/format';
import type { Problem } from '../../state/problem';

const VERSION_LENGTH_MAX = 64;
/** As semver.org has it. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

export function UploadForm({ onClose }: { readonly onClose: () => void }) {
  const store = useStore();
  const draft = useSignal({ version: '', type: '', notes: '' });
  const image = useSignal<File | null>(null);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const edit = (part: Partial<typeof draft.value>) => (draft.value = { ...draft.peek(), ...part });
  const badVersion = draft.value.version !== '' && (draft.value.version.length > VERSION_LENGTH_MAX || !VERSION.test(draft.value.version)) ? `Three numbers, as 2.1.0, or as 2.1.0-rc.1; at most ${VERSION_LENGTH_MAX} characters.` : null;
  const badImage = image.value !== null && (image.value.size === 0 || image.value.size > IMAGE_BYTES_MAX) ? `From 1 byte to ${bytes(IMAGE_BYTES_MAX)}; this is ${bytes(image.value.size)}.` : null;
  const cannot = draft.value.version === '' ? 'It needs a version.' : image.value === null ? 'It needs an image.' : (badVersion ?? badImage);
  const upload = async () => {
    if (cannot !== null || image.value === null || busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const outcome = await store.rollouts.upload(draft.value.version, draft.value.type.trim(), draft.value.notes.trim(), image.value);
    busy.value = false;
    if (outcome.ok) {
      onClose();
    } else {
      problem.value = outcome.problem;
    }
  };
  return (
    <form class="editor" aria-label="Upload a release" data-testid="upload-form" onSubmit={(event) => (event.preventDefault(), void upload())} onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), onClose())}>
      <div class="form-row">
        <label class="field"><span>Version</span><input ref={first} type="text" spellcheck={false} placeholder="2.1.0" value={draft.value.version} aria-invalid={badVersion !== null} data-testid="release-version" onInput={(event) => edit({ version: event.currentTarget.value.trim() })} />{badVersion !== null && <span class="fault">{badVersion}</span>}</label>
        <label class="field"><span>For devices of type; empty: any</span><input type="text" spellcheck={false} placeholder="pump" value={draft.value.type} data-testid="release-type" onInput={(event) => edit({ type: event.currentTarget.value })} /></label>
        <label class="field"><span>Image</span><input type="file" data-testid="release-image" onChange={(event) => (image.value = event.currentTarget.files?.[0] ?? null)} />{badImage !== null && <span class="fault">{badImage}</span>}</label>
      </div>
      <label class="field"><span>What is new</span><textarea rows={2} maxLength={2_000} value={draft.value.notes} onInput={(event) => edit({ notes: event.currentTarget.value })} /></label>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <div class="buttons">
        <WriteButton type="submit" kind="primary" admin busy={busy.value} refusal={cannot} testid="release-upload">{busy.value ? 'Uploading…' : `Upload${image.value === null ? '' : ` ${bytes(image.value.size)}`}`}</WriteButton>
        <button type="button" class="button" onClick={onClose}>Cancel</button>
      </div>
    </form>
  );
}
