package io.penstock.broker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HttpSettingsTest {

  private static final String ADMIN = "an-admin-secret-of-32-characters";

  @Test
  void listensOnLoopbackWithoutKeysByDefault() {
    assertThat(HttpSettings.DEFAULT.host()).isEqualTo("127.0.0.1");
    assertThat(HttpSettings.DEFAULT.port()).isEqualTo(8080);
    assertThat(HttpSettings.DEFAULT.keys().required()).isFalse();
  }

  @Test
  void keysMayBeOffOnLoopbackOnly() {
    assertThatThrownBy(() -> at("0.0.0.0", KeySettings.DEFAULT, Optional.empty()))
        .hasMessageContaining("keys.required");
    assertThatThrownBy(() -> at("host.invalid", KeySettings.DEFAULT, Optional.empty()))
        .hasMessageContaining("keys.required");
    assertThat(
            at(
                    "0.0.0.0",
                    new KeySettings(true, Optional.of(ADMIN)),
                    Optional.of("http://10.0.0.7:8080"))
                .host())
        .isEqualTo("0.0.0.0");
  }

  @Test
  void keysNeedSomebodyWhoMakesThem() {
    assertThatThrownBy(() -> new KeySettings(true, Optional.empty()))
        .hasMessageContaining("adminSecret");
    assertThatThrownBy(() -> new KeySettings(false, Optional.of("short")))
        .hasMessageContaining("32 or more");
    assertThat(new KeySettings(true, Optional.of(ADMIN)).toString()).doesNotContain(ADMIN);
  }

  @Test
  void theAdvertisedAddressIsABase() {
    for (String wrong :
        new String[] {"", "10.0.0.7:8080", "ftp://x", "http://x/v1", "http://a b"}) {
      assertThatThrownBy(() -> at("127.0.0.1", KeySettings.DEFAULT, Optional.of(wrong)))
          .as(wrong)
          .hasMessageContaining("advertised");
    }
    at("127.0.0.1", KeySettings.DEFAULT, Optional.of("https://front.example:8443"));
  }

  @Test
  void valuesOutOfRangeAreRefusedByTheirNames() {
    assertThatThrownBy(() -> HttpSettings.DEFAULT.withPort(70_000)).hasMessageContaining("port");
    assertThatThrownBy(() -> HttpSettings.DEFAULT.withSessionTimeout(Duration.ZERO))
        .hasMessageContaining("sessionTimeout");
    assertThatThrownBy(
            () ->
                new WaitSettings(
                    Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO))
        .hasMessageContaining("interactive");
    assertThatThrownBy(() -> new MemorySettings(1, 1, 1 << 20, 1 << 20))
        .hasMessageContaining("recentRequests");
    assertThatThrownBy(() -> new MemorySettings(100, 1, 1, 1 << 20))
        .hasMessageContaining("maxBodyBytes");
    assertThatThrownBy(() -> new MemorySettings(100, 1, 1 << 20, 1))
        .hasMessageContaining("maxAnswerBytes");
  }

  @Test
  void whoeverListensOnAllAddressesSaysAtWhichOthersReachIt() {
    KeySettings keys = new KeySettings(true, Optional.of(ADMIN));
    for (String host : List.of("0.0.0.0", "::")) {
      assertThatThrownBy(() -> at(host, keys, Optional.empty()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("advertised");
    }
  }

  private static HttpSettings at(String host, KeySettings keys, Optional<String> advertised) {
    HttpSettings usual = HttpSettings.DEFAULT;
    return new HttpSettings(
        host,
        usual.port(),
        advertised,
        keys,
        usual.waits(),
        usual.connections(),
        usual.memory(),
        usual.files(),
        usual.webhooks(),
        usual.responses(),
        usual.sessionTimeout(),
        usual.drain());
  }
}
