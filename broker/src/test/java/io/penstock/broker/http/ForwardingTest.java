package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
