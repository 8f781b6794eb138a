package io.penstock.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.extension.Options;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EngineFactoryTest {

  private static void assertRefused(String kind, String remedy, String... pairs) {
    assertThatThrownBy(
            () ->
                EngineFactory.create(
                        EngineSettings.of(kind, List.of(pairs)), InstantSource.system())
                    .close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(remedy);
  }

  @Test
  void buildsASimulatedEngineWithoutOptions() {
    try (Engine engine =
        EngineFactory.create(new EngineSettings("simulated", Map.of()), InstantSource.system())) {
      assertThat(engine.name()).isEqualTo("simulated/llama3.1-8b_a100tp2");
    }
  }

  @Test
  void refusesWhatIsWrongAndNamesIt() {
    assertRefused("quantum", "there are embedding, openai and simulated");
    assertRefused("embedding", "no option thread; it has max-input-characters", "thread=1");
    assertRefused("embedding", "threads", "threads=0");
    assertRefused("embedding", "threads=many", "threads=many");
    assertRefused("openai", "needs option base-url");
    assertRefused("openai", "base-url must be http", "base-url=ftp://h");
    assertRefused("openai", "not both", "base-url=http://h", "api-key-env=A", "api-key-file=b");
    assertRefused("openai", "need metrics=vllm", "base-url=http://h", "metrics-interval=3s");
    assertRefused("openai", "connect-timeout=soon", "base-url=http://h", "connect-timeout=soon");
    assertRefused("openai", "is set by the engine", "base-url=http://h", "header.Authorization=x");
    assertRefused("simulated", "llama2-7b_a10g", "profile=unknown");
    assertRefused("simulated", "kv-policy=steal", "kv-policy=steal");
    assertRefused("simulated", "speed", "speed=0");
    assertRefused("simulated", "given twice", "speed=1", "speed=2");
    assertRefused("simulated", "key=value", "speed");
  }

  @Test
  void anOptionWithoutANameIsNotRepeatedSinceItMayBeAKey() {
    assertThatThrownBy(() -> EngineSettings.of("openai", List.of("sk-0123456789")))
        .hasMessageContaining("'sk-0...'")
        .hasMessageNotContaining("123456789");
  }

  @Test
  void providersWithOneNameAreRefusedUntilOneIsRemoved() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (var twice = new ProvidersOnly(Second.class)) {
      Thread.currentThread().setContextClassLoader(twice);
      assertThatThrownBy(EngineFactory::providers)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("both provide an engine named 'embedding'")
          .hasMessageContaining(Second.class.getName());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void aProviderThatCannotBeLoadedIsNamed() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (var broken = new ProvidersOnly(Broken.class)) {
      Thread.currentThread().setContextClassLoader(broken);
      assertThatThrownBy(() -> EngineFactory.provider("embedding"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(Broken.class.getName())
          .hasMessageContaining("Correct or remove its jar");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void anOptionThatTheEngineListsAndNeverReadsIsRefusedAndTheEngineClosed() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (var forgetful = new ProvidersOnly(Forgetful.class)) {
      Thread.currentThread().setContextClassLoader(forgetful);
      assertRefused("forgetful", "engine forgetful does not read option colour", "colour=red");
      assertThat(Forgetful.CLOSED).hasValue(1);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  /** A class path with one provider more than the built-in ones. */
  private static final class ProvidersOnly extends URLClassLoader {
    ProvidersOnly(Class<?> provider) throws IOException {
      super(new URL[] {services(provider)}, EngineFactoryTest.class.getClassLoader());
    }

    private static URL services(Class<?> provider) throws IOException {
      Path folder = Files.createTempDirectory("providers");
      Path services = Files.createDirectories(folder.resolve("META-INF/services"));
      Files.writeString(services.resolve(EngineProvider.class.getName()), provider.getName());
      return folder.toUri().toURL();
    }
  }

  /** Takes a name that is taken. */
  public static final class Second implements EngineProvider {
    @Override
    public String name() {
      return "embedding";
    }

    @Override
    public List<EngineOption> options() {
      return List.of();
    }

    @Override
    public Engine create(Options options, InstantSource clock) {
      throw new UnsupportedOperationException();
    }
  }

  /** Lists an option that it does not read. */
  public static final class Forgetful implements EngineProvider {

    static final AtomicInteger CLOSED = new AtomicInteger();

    @Override
    public String name() {
      return "forgetful";
    }

    @Override
    public List<EngineOption> options() {
      return List.of(new EngineOption("colour", "Never read."));
    }

    @Override
    public Engine create(Options options, InstantSource clock) {
      return new Idle();
    }
  }

  private static final class Idle implements Engine {

    @Override
    public String name() {
      return "forgetful/1";
    }

    @Override
    public boolean serves(String endpoint) {
      return false;
    }

    @Override
    public EngineReply run(EngineRequest request, EngineListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<EngineLoad> load() {
      return Optional.empty();
    }

    @Override
    public void close() {
      Forgetful.CLOSED.incrementAndGet();
    }
  }

  /** A class that is no provider. */
  public static final class Broken {}
}
