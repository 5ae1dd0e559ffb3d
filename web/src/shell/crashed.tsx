import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Blank, Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { reloadPage } from './reload.ts';

type CrashedProps = {
  /** When this value changes, such as the address, `children` are rendered again. */
  resetOn?: string;
  children: ReactNode;
};

type CrashedState = { failed: boolean; resetOn: string | undefined };

/** An error while a page renders must not leave a buyer who holds seats with a blank page. */
export class Crashed extends Component<CrashedProps, CrashedState> {
  override state: CrashedState = { failed: false, resetOn: this.props.resetOn };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  static getDerivedStateFromProps({ resetOn }: CrashedProps, state: CrashedState): CrashedState | null {
    return resetOn === state.resetOn ? null : { failed: false, resetOn };
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
    <div role="alert">
      <Page title={text.crashed.title}>
        <Blank title={text.crashed.title}>
          <p>{text.crashed.text}</p>
          <Button onClick={reloadPage}>{text.crashed.reload}</Button>
          {history.length > 1 && (
            <Button look="quiet" onClick={() => history.back()}>
              {text.common.back}
            </Button>
          )}
        </Blank>
      </Page>
    </div>
  );
}
