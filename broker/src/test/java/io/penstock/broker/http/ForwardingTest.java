package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.ownership.OwnedHomes;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest {

  /** A path that looks like another host must not lead there. */
  @ParameterizedTest
  @CsvSource({
    "/v1/requests/a,http://10.0.0.7:8080/v1/requests/a",
    "/v1/requests/a?wait=1s,http://10.0.0.7:8080/v1/requests/a?wait=1s",
    "//evil.example/v1/requests/a,http://10.0.0.7:8080/v1/requests/a",
    "http://evil.example/v1/requests/a,http://10.0.0.7:8080/v1/requests/a",
    "/v1/requests/a%2Fb,http://10.0.0.7:8080/v1/requests/a%2Fb",
  })
  void leadsToTheOwnerOnly(String asked, String expected) {
    assertThat(Forwarding.at(URI.create("http://10.0.0.7:8080/"), URI.create(asked)))
        .isEqualTo(URI.create(expected));
  }

  /** Its process may have been stopped, or killed, in the middle of an answer. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAnswerThatEndsMidwaySaysSoAndAsksAnewWhoTheOwnerIs(boolean breaksOff) throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    try (ServerSocket owner = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI at = URI.create("http://127.0.0.1:" + owner.getLocalPort());
      Thread answering = Thread.ofVirtual().start(() -> answerHalf(owner, breaksOff));
      try (Forwarding forwarding =
          new Forwarding(
              new OwnedHomes(4),
              _ -> Optional.of(at),
              wrong::incrementAndGet,
              Duration.ofMinutes(1),
              Duration.ofMillis(breaksOff ? 60_000 : 100))) {
        assertThatExceptionOfType(ApiException.class)
            .isThrownBy(() -> forwarding.elsewhere(HttpRequest.GET("/v1/requests/a"), null, "a"))
            .satisfies(thrown -> assertThat(thrown.error().status()).isEqualTo(502))
            .satisfies(thrown -> assertThat(thrown.error().code()).isEqualTo("owner_lost"));
      }
      answering.join();
    }
    assertThat(wrong).hasValue(1);
  }

  private static void answerHalf(ServerSocket owner, boolean breaksOff) {
    try (Socket socket = owner.accept()) {
      InputStream in = socket.getInputStream();
      int _ = in.read(new byte[4096]);
      socket
          .getOutputStream()
          .write(
              "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"a\""
                  .getBytes(StandardCharsets.US_ASCII));
      if (!breaksOff) {
        // Ends when the caller has given up.
        int _ = in.read();
      }
    } catch (IOException gone) {
      // The caller has given up.
    }
  }

  /** A file of JSON lines is passed on as it comes, and is never held whole. */
  @ParameterizedTest
  @CsvSource({
    "application/json,true",
    "Application/JSON; charset=utf-8,true",
    "application/jsonl,false",
    "application/octet-stream,false",
    "application/problem+json,true",
    "application/x-ndjson,false",
    "text/event-stream,false",
    "'',false",
  })
  void holdsWholeOnlyWhatIsJson(String contentType, boolean whole) {
    assertThat(Forwarding.isJson(contentType)).isEqualTo(whole);
  }
}
