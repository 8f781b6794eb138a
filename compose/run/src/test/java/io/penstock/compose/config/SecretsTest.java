package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.workers.engine.EngineFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "engine.options.key",
        "engine.options.api-key",
        "engine.options.access-key",
        "engine.options.accessKeyId",
        "engine.options.license-key",
        "engine.options.LICENSE_KEY",
        "engine.options.token",
        "engine.options.db-pass",
        "engine.options.basic.auth",
        "engine.options.header.X",
        "engine.options.header.X-env",
        "score.chooser.options.client-secret",
        "kafka.settings.ssl.key.password",
        "kafka.settings.basic.auth.user.info",
      })
  void whatMayBeASecretIsHidden(String key) {
    assertThat(Secrets.shown(key, "hush")).isEqualTo(Secrets.HIDDEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "engine.options.api-key-env",
        "engine.options.api-key-file",
        "engine.options.chunk-tokens",
        "engine.options.served-name.monkey",
        "dispatch.shard.rank.options.margin",
        "kafka.settings.security.protocol",
      })
  void whatIsNoneIsShown(String key) {
    assertThat(Secrets.shown(key, "plain")).isEqualTo("plain");
  }

  /** Headers are the only options of the built-in engines that hold credentials themselves. */
  @Test
  void optionsOfBuiltInEnginesAreShownSaveHeaders() {
    assertThat(
            EngineFactory.providers().stream()
                .flatMap(provider -> provider.options().stream())
                .map(option -> "engine.options." + option.name())
                .filter(Secrets::isSecret))
        .containsExactly("engine.options.header.NAME");
  }

  @Test
  void anAddressIsShownWithoutWhatOpensIt() {
    assertThat(Secrets.address("https://me:hush@r:8081/x?sig=hush"))
        .isEqualTo("https://(hidden)@r:8081/x?(hidden)");
    assertThat(Secrets.address("http://r:8081/apis/ccompat/v7"))
        .isEqualTo("http://r:8081/apis/ccompat/v7");
  }
}
