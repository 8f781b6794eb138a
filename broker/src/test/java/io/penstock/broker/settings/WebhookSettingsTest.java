package io.penstock.broker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookSettingsTest {

  @Test
  void aNetworkThatIsNoneIsNamed() {
    assertThatThrownBy(
            () -> WebhookSettings.DEFAULT.withAllowedNetworks(List.of("10.0.0.0/8", "home")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowedNetworks")
        .hasMessageContaining("'home'")
        .hasMessageContaining("10.0.0.0/8");
    assertThat(WebhookSettings.DEFAULT.withAllowedNetworks(List.of("10.0.0.0/8")).networks())
        .containsExactly(Network.of("10.0.0.0/8"));
  }

  @Test
  void aTimeOutThatWouldHoldUpOthersIsRefused() {
    WebhookSettings usual = WebhookSettings.DEFAULT;
    assertThatThrownBy(
            () ->
                new WebhookSettings(
                    usual.allowedNetworks(),
                    Duration.ofHours(1),
                    usual.retryFor(),
                    usual.deadLetterRetention(),
                    usual.maxEndpoints(),
                    usual.maxPending(),
                    usual.maxConcurrent(),
                    usual.maxConcurrentPerTenant(),
                    usual.maxConcurrentPerHost()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("timeout");
  }
}
