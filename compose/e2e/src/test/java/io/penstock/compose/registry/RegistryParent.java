package io.penstock.compose.registry;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that starts a registry and waits to be killed. */
final class RegistryParent {

  private RegistryParent() {}

  public static void main(String[] args) throws InterruptedException {
    RegistryProcess registry =
        new RegistryProcess(
            new RegistryConfig(
                RegistryDistribution.find(), Path.of(args[0]), 0, new RegistryStorage.InMemory()));
    registry.launch();
    new CountDownLatch(1).await();
  }
}
