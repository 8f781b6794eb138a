package io.penstock.broker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The defaults are whole, whichever of them is asked for first. */
class SettingsLoadingTest {

  private static final List<Class<?>> ALL =
      List.of(
          HttpSettings.class,
          ConnectionSettings.class,
          FileSettings.class,
          KeySettings.class,
          MemorySettings.class,
          ResponseSettings.class,
          S3Settings.class,
          WaitSettings.class,
          WebhookSettings.class);

  @Test
  void theDefaultsAreWholeWhicheverIsLoadedFirst() throws Exception {
    for (Class<?> first : ALL) {
      ClassLoader loader = new Anew();
      assertWhole(Class.forName(first.getName(), true, loader));
      assertWhole(Class.forName(HttpSettings.class.getName(), true, loader));
    }
  }

  private static void assertWhole(Class<?> settings) throws ReflectiveOperationException {
    Object defaults = settings.getField("DEFAULT").get(null);
    for (RecordComponent each : settings.getRecordComponents()) {
      assertThat(each.getAccessor().invoke(defaults)).as("%s", each).isNotNull();
    }
  }

  /** Loads the classes of the settings once more. */
  private static final class Anew extends ClassLoader {

    Anew() {
      super(SettingsLoadingTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(HttpSettings.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      String file = name.replace('.', '/') + ".class";
      try (InputStream in = getParent().getResourceAsStream(file)) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException unreadable) {
        throw new ClassNotFoundException(name, unreadable);
      }
    }
  }
}
