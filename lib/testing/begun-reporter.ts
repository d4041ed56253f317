// Vitest names a file when it has ended: one that hangs would never be named. Each gets a line at its beginning and at its end.
import type { Reporter, TestModule } from 'vitest/node';

export default class BegunReporter implements Reporter {
  onTestModuleStart({ relativeModuleId }: TestModule): void {
    console.log(`begun ${relativeModuleId}`);
  }

  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    console.log(`ended ${relativeModuleId}`);
  }
}
