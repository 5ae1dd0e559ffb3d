import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Blank, Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';

/** A fault of ours in drawing a page must not leave somebody who holds seats before a white one. */
export class Crashed extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    return this.state.failed ? <Sorry /> : this.props.children;
  }
}

function Sorry() {
  const { text } = useLocale();
  return (
    <main>
      <Page title={text.crashed.title}>
        <Blank title={text.crashed.title}>
          <p>{text.crashed.text}</p>
          <Button onClick={() => location.reload()}>{text.crashed.reload}</Button>
        </Blank>
      </Page>
    </main>
  );
}
