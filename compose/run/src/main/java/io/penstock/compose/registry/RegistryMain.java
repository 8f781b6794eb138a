package io.penstock.compose.registry;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * Runs the registry in its own JVM, and ends it when its standard input ends: the pipe from the
 * process that started it closes however that process dies. Uses nothing but the JDK, since only
 * the registry's own libraries stand beside it.
 */
final class RegistryMain {

  private static final String ENTRY_POINT = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

  private RegistryMain() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    Thread.ofPlatform().daemon().name("parent-watch").start(RegistryMain::endWithParent);
    try {
      Class.forName(ENTRY_POINT).getMethod("main", String[].class).invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the registry failed", e.getCause());
    }
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent.
      }
    } catch (IOException _) {
      // As good as its end.
    }
    Runtime.getRuntime().halt(0);
  }
}
