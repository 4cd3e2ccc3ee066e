import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../app/context';
import { KEYS } from '../app/keys';
import { Icon } from './marks';

export function HelpDialog() {
  const { helpOpen } = useStore();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) {
      dialog.current?.showModal();
    } else {
      dialog.current?.close();
    }
  }, [open]);
  const close = () => (helpOpen.value = false);
  return (
    <dialog ref={dialog} class="help" aria-label="Keys" onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <header>
        <h2>Keys</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={close}><Icon name="close" /></button>
      </header>
      <dl>
        {KEYS.map(({ keys, does }) => (
          <>
            <dt key={does}>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
    </dialog>
  );
}
