package io.penstock.broker.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.broker.errors.ApiException;
import io.penstock.broker.webhooks.delivery.Outcome;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.net.InetAddress;
import java.net.URI;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ReceiverProbeTest {

  private static final URI URL = URI.create("https://one.example/");

  /** What happens while an attempt is under way, for the name server and the receiver alike. */
  private Runnable meanwhile = () -> {};

  private final ReceiverProbe probe =
      new ReceiverProbe(
          (_, _, _) -> {
            meanwhile.run();
            return new Outcome.Taken(200);
          },
          _ -> {
            meanwhile.run();
            return new InetAddress[0];
          },
          InstantSource.fixed(WebhookSamples.START));

  @Test
  void aTenantTriesOnlySoManyAtOnceAndOthersStillCan() {
    whileTrying(
        ReceiverProbe.AT_ONCE_PER_TENANT,
        _ -> "acme",
        () -> {
          refused(() -> probe.requireReachable("acme", URL));
          refused(() -> send("acme"));
          assertThatCode(() -> probe.requireReachable("other", URL)).doesNotThrowAnyException();
          assertThatCode(() -> send("other")).doesNotThrowAnyException();
        });

    assertThatCode(() -> send("acme")).doesNotThrowAnyException();
  }

  @Test
  void allTenantsTogetherTryOnlySoManyAtOnce() {
    whileTrying(
        ReceiverProbe.AT_ONCE,
        number -> "tenant-" + number,
        () -> {
          refused(() -> probe.requireReachable("another", URL));
          refused(() -> send("another"));
        });

    assertThatCode(() -> probe.requireReachable("another", URL)).doesNotThrowAnyException();
  }

  private interface Tenants {
    String of(int number);
  }

  /** Each attempt begins during the one before, looked up and sent to in turn. */
  private void whileTrying(int attempts, Tenants tenants, Runnable then) {
    if (attempts == 0) {
      meanwhile = () -> {};
      then.run();
      return;
    }
    meanwhile = () -> whileTrying(attempts - 1, tenants, then);
    if (attempts % 2 == 0) {
      send(tenants.of(attempts));
    } else {
      probe.requireReachable(tenants.of(attempts), URL);
    }
  }

  private void send(String tenant) {
    WebhookEndpoint endpoint = WebhookSamples.endpoint("whe_1", tenant, URL.toString());
    var _ = probe.send(endpoint, WebhookSamples.event(tenant, "req_1"));
  }

  private static void refused(Runnable call) {
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(call::run)
        .satisfies(failed -> assertThat(failed.error().status()).isEqualTo(503));
  }
}
