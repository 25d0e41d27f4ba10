import { Component, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Centred } from "./centred.tsx";

interface Props {
  readonly children: ReactNode;
}

/** Shows an error of the console instead of a blank page. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Centred title="This page has failed">
        <p className="mb-4">{error.message}</p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </Centred>
    );
  }
}
