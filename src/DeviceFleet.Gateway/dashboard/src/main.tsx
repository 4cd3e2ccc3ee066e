import { render } from 'preact';
render(<p>DeviceFleet</p>, document.getElementById('app')!);
