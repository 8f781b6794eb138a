package io.penstock.broker.webhooks.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.Headers;
import com.openai.errors.InvalidWebhookSignatureException;
import com.openai.models.webhooks.UnwrapWebhookEvent;
import com.openai.models.webhooks.WebhookVerificationParams;
import com.standardwebhooks.Webhook;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.WebhookSamples;
import io.penstock.broker.webhooks.delivery.Outcome;
import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HttpSenderTest {

  private static final WebhookSettings USUAL =
      WebhookSettings.DEFAULT.withAllowedNetworks(List.of("127.0.0.0/8"));
  private static final WebhookSettings BRIEF =
      new WebhookSettings(
          USUAL.allowedNetworks(),
          Duration.ofMillis(500),
          USUAL.retryFor(),
          USUAL.deadLetterRetention(),
          USUAL.maxEndpoints(),
          USUAL.maxPending(),
          4,
          4,
          4);

  private final Instant now = Clock.systemUTC().instant();
  private final WebhookEvent event =
      new WebhookEvent(
          "acme", EventType.BATCH_COMPLETED, "batch_1", now, "batch_1", Optional.empty());

  private static CheckedResolver resolver(WebhookSettings settings) {
    return new CheckedResolver(new AddressRules(settings.networks()));
  }

  private Outcome send(WebhookSettings settings, String url) throws IOException {
    try (HttpSender sender = new HttpSender(settings, resolver(settings))) {
      return sender.send(WebhookSamples.endpoint("whe_1", "acme", url), event, now);
    }
  }

  private Outcome sendTo(WebhookSettings settings, Receiver.Behaviour behaviour)
      throws IOException {
    try (Receiver receiver = new Receiver(behaviour)) {
      return send(settings, receiver.url("/hooks").toString());
    }
  }

  private static String reason(Outcome outcome) {
    return ((Outcome.Failed) outcome).reason();
  }

  @Test
  void whatIsSentIsVerifiedByStandardWebhooksAndByOpenAisClient() throws Exception {
    try (Receiver receiver = new Receiver(Receiver.answering("204 No Content"));
        HttpSender sender = new HttpSender(USUAL, resolver(USUAL))) {
      WebhookEndpoint first =
          WebhookSamples.endpoint("whe_1", "acme", receiver.url("/a?b=c").toString());
      WebhookEndpoint rotated =
          first.withSecrets(first.secrets().rotated(new SecureRandom(), now.plusSeconds(60)), now);

      assertThat(sender.send(rotated, event, now)).isEqualTo(new Outcome.Taken(204));
      assertThat(sender.send(rotated, event, now.plusSeconds(5))).isEqualTo(new Outcome.Taken(204));

      assertThat(receiver.requests()).hasSize(2);
      Receiver.Request request = receiver.requests().getFirst();
      assertThat(request.head()).isEqualTo("POST /a?b=c HTTP/1.1");
      assertThat(request.headers())
          .containsEntry("content-type", "application/json; charset=UTF-8")
          .containsEntry("webhook-id", event.id())
          .containsEntry("webhook-timestamp", Long.toString(now.getEpochSecond()));
      assertThat(request.headers().keySet())
          .doesNotContain("authorization", "cookie", "accept-encoding");
      assertThat(receiver.requests().get(1).headers()).containsEntry("webhook-id", event.id());
      // Each secret verifies alone: the new one, and the old one while it holds.
      for (String secret : rotated.secrets().active(now)) {
        new Webhook(secret).verify(request.body(), lists(request.headers()));
        UnwrapWebhookEvent unwrapped = unwrap(request, secret);
        assertThat(unwrapped.asBatchCompleted().data().id()).isEqualTo("batch_1");
        assertThat(unwrapped.asBatchCompleted().id()).isEqualTo(event.id());
      }
      assertThatThrownBy(
              () ->
                  unwrap(
                      request, WebhookSamples.endpoint("x", "y", "http://h").secrets().current()))
          .isInstanceOf(InvalidWebhookSignatureException.class);
    }
  }

  private static Map<String, List<String>> lists(Map<String, String> headers) {
    return headers.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> List.of(each.getValue())));
  }

  private static UnwrapWebhookEvent unwrap(Receiver.Request request, String secret) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:1")
            .apiKey("unused")
            .webhookSecret(secret)
            .build();
    try {
      Headers.Builder headers = Headers.builder();
      request.headers().forEach(headers::put);
      return client
          .webhooks()
          .unwrap(
              WebhookVerificationParams.builder()
                  .payload(request.body())
                  .headers(headers.build())
                  .secret(secret)
                  .build());
    } finally {
      client.close();
    }
  }

  @Test
  void onlyTwoHundredsAreSuccess() throws IOException {
    assertThat(sendTo(USUAL, Receiver.answering("200 OK"))).isEqualTo(new Outcome.Taken(200));
    assertThat(sendTo(USUAL, Receiver.answering("299 Fine"))).isEqualTo(new Outcome.Taken(299));
    assertThat(sendTo(USUAL, Receiver.answering("410 Gone"))).isEqualTo(new Outcome.Gone());
    for (String status : List.of("304 Not Modified", "400 Bad Request", "500 Error", "600 Odd")) {
      assertThat(reason(sendTo(USUAL, Receiver.answering(status))))
          .contains(status.substring(0, 3));
    }
  }

  @Test
  void redirectsAreNotFollowed() throws IOException {
    try (Receiver target = new Receiver(Receiver.answering("200 OK"))) {
      for (String status : List.of("301 Moved", "302 Found", "307 Temporary", "308 Permanent")) {
        Outcome outcome =
            sendTo(USUAL, Receiver.answering(status, "location: " + target.url("/") + "\r\n"));
        assertThat(reason(outcome)).contains("redirects are not followed");
      }
      assertThat(target.requests()).isEmpty();
    }
  }

  @Test
  void theReceiversPauseIsUnderstoodInBothForms() throws IOException {
    assertThat(sendTo(USUAL, Receiver.answering("503 Busy", "retry-after: 120\r\n")))
        .isEqualTo(
            new Outcome.Failed("the receiver answered 503", Optional.of(Duration.ofMinutes(2))));
    Outcome.Failed dated =
        (Outcome.Failed)
            sendTo(
                USUAL,
                Receiver.answering("429 Slow", "retry-after: Fri, 31 Dec 2100 23:59:59 GMT\r\n"));
    assertThat(dated.retryAfter().orElseThrow()).isGreaterThan(Duration.ofDays(365));
    for (String odd : List.of("soon", "-5", "Fri, 31 Dec 1999 23:59:59 GMT", "99999999999999")) {
      Outcome.Failed failed =
          (Outcome.Failed)
              sendTo(USUAL, Receiver.answering("503 Busy", "retry-after: " + odd + "\r\n"));
      assertThat(failed.retryAfter()).as(odd).isEmpty();
    }
  }

  @Test
  void aReceiverThatHangsIsGivenUpAfterTheTimeOut() throws IOException {
    assertThat(reason(sendTo(BRIEF, (_, _) -> Thread.sleep(Duration.ofMinutes(5)))))
        .contains("did not answer within");
  }

  /** Each byte comes in time; the whole does not. */
  @Test
  void aReceiverThatAnswersByteByByteIsGivenUpAfterTheTimeOut() throws IOException {
    assertThat(
            reason(
                sendTo(
                    BRIEF,
                    (_, out) -> {
                      out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                      while (true) {
                        out.write("x: y\r\n".getBytes(StandardCharsets.US_ASCII));
                        out.flush();
                        Thread.sleep(100);
                      }
                    })))
        .contains("did not answer within");
  }

  @Test
  void aBodyWithoutEndIsCutOffAndCostsNoTime() throws IOException {
    for (String length : List.of("content-length: 99999999999", "transfer-encoding: chunked")) {
      long from = System.nanoTime();
      Outcome outcome =
          sendTo(
              USUAL,
              (_, out) -> {
                out.write(
                    "HTTP/1.1 200 OK\r\n%s\r\n\r\n"
                        .formatted(length)
                        .getBytes(StandardCharsets.US_ASCII));
                byte[] piece = "2000\r\n".getBytes(StandardCharsets.US_ASCII);
                byte[] filler = new byte[0x2000];
                while (true) {
                  out.write(piece);
                  out.write(filler);
                  out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
                }
              });
      assertThat(outcome).as(length).isEqualTo(new Outcome.Taken(200));
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void anAnswerThatIsNoHttpOrEndsEarlyIsAFailure() throws IOException {
    assertThat(
            sendTo(
                BRIEF,
                (_, out) -> {
                  out.write("nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  throw new IOException("ends");
                }))
        .isInstanceOf(Outcome.Failed.class);
    assertThat(
            sendTo(
                BRIEF,
                (_, _) -> {
                  throw new IOException("ends");
                }))
        .isInstanceOf(Outcome.Failed.class);
    assertThat(
            sendTo(
                BRIEF,
                (_, out) -> {
                  out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                  out.write(new byte[100_000]);
                }))
        .isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void anAddressThatIsNotAllowedIsNeverConnectedTo() throws IOException {
    try (Receiver receiver = new Receiver(Receiver.answering("200 OK"))) {
      for (String host :
          List.of("127.0.0.1", "localhost", "2130706433", "127.1", "[::ffff:127.0.0.1]")) {
        String url = "http://%s:%d/".formatted(host, receiver.port());
        assertThat(reason(send(WebhookSettings.DEFAULT, url)))
            .as(url)
            .contains("no public address");
      }
      assertThat(receiver.requests()).isEmpty();
    }
  }

  @Test
  void theConnectionGoesToTheAddressThatWasCheckedWhateverTheNameIs() throws IOException {
    try (Receiver receiver = new Receiver(Receiver.answering("200 OK"));
        HttpSender sender =
            new HttpSender(
                USUAL,
                new CheckedResolver(
                    new AddressRules(USUAL.networks()),
                    _ -> new InetAddress[] {InetAddress.getLoopbackAddress()}))) {
      String url = "http://hooks.example.com:%d/".formatted(receiver.port());
      assertThat(sender.send(WebhookSamples.endpoint("whe_1", "acme", url), event, now))
          .isEqualTo(new Outcome.Taken(200));
      assertThat(receiver.requests().getFirst().headers())
          .containsEntry("host", "hooks.example.com:" + receiver.port());
    }
  }

  @Test
  void aCertificateOfAnotherNameIsRefused(@TempDir Path folder) throws Exception {
    SSLContext tls = certificateOf("hooks.example.com", folder);
    try (Receiver receiver =
            new Receiver("https", tls.getServerSocketFactory(), Receiver.answering("200 OK"));
        HttpSender sender =
            new HttpSender(
                USUAL,
                new CheckedResolver(
                    new AddressRules(USUAL.networks()),
                    _ -> new InetAddress[] {InetAddress.getLoopbackAddress()}),
                tls)) {
      for (String host : List.of("hooks.example.com", "other.example.com")) {
        String url = "https://%s:%d/".formatted(host, receiver.port());
        Outcome outcome = sender.send(WebhookSamples.endpoint("whe_1", "acme", url), event, now);
        if (host.equals("hooks.example.com")) {
          assertThat(outcome).isEqualTo(new Outcome.Taken(200));
        } else {
          assertThat(reason(outcome)).contains("no secure connection");
        }
      }
      assertThat(receiver.requests()).hasSize(1);
    }
  }

  /** A key pair with a certificate of its own, which is trusted too. */
  private static SSLContext certificateOf(String host, Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "SAN=dns:" + host,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, "changeit".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("key", keys.getCertificate("key"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return tls;
  }
}
