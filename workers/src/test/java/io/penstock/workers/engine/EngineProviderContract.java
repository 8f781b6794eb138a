package io.penstock.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link EngineProvider} keeps. A test of a provider extends this. */
public abstract class EngineProviderContract {

  /** The provider under test. */
  protected abstract EngineProvider provider();

  /** The fewest options with which an engine can be created. */
  protected abstract Map<String, String> required();

  /** A wrong value of each option that does not take just any text. */
  protected abstract Map<String, String> wrongValues();

  @Test
  void isFoundByItsName() {
    assertThat(EngineFactory.provider(provider().name())).hasSameClassAs(provider());
  }

  @Test
  void nameFitsSettingsAndMetrics() {
    assertThat(provider().name()).matches("[a-z][a-z0-9-]*");
  }

  @Test
  void nameOfTheEngineBeginsWithThatOfTheProvider() {
    try (Engine engine = create(required())) {
      assertThat(engine.name()).startsWith(provider().name() + "/");
    }
  }

  @Test
  void optionsAreListedOnceEach() {
    assertThat(provider().options()).extracting(EngineOption::name).doesNotHaveDuplicates();
  }

  @Test
  void anUnknownOptionIsRefusedAndTheKnownOnesAreListed() {
    Map<String, String> settings = new HashMap<>(required());
    settings.put("no-such-option", "1");
    var refusal =
        assertThatThrownBy(() -> create(settings).close())
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("no-such-option");
    provider().options().forEach(option -> refusal.hasMessageContaining(option.name()));
  }

  @Test
  void aWrongValueIsRefusedAndItsOptionNamed() {
    wrongValues()
        .forEach(
            (name, value) -> {
              Map<String, String> settings = new HashMap<>(required());
              settings.put(name, value);
              assertThatThrownBy(() -> create(settings).close())
                  .as("%s=%s", name, value)
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("engine " + provider().name())
                  .hasMessageContaining(name.replaceFirst("\\..*", ""));
            });
  }

  private Engine create(Map<String, String> settings) {
    return EngineFactory.create(
        new EngineSettings(provider().name(), settings), InstantSource.system());
  }
}
