package io.penstock.broker.webhooks.sending;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.delivery.Outcome;
import io.penstock.broker.webhooks.delivery.Sender;
import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events as Standard Webhooks says. Redirects are not followed, nothing is tried twice, and
 * of the answer only the head counts: its body is dropped. An attempt ends after the time-out,
 * however slowly its receiver goes on.
 */
public final class HttpSender implements Sender, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpSender.class);
  private static final int MOST_BODY = 4096;
  private static final int MOST_LINE = 8192;
  private static final int MOST_REASON = 300;
  private static final int MOST_HEADERS = 100;
  private static final TimeValue REUSED_FOR = TimeValue.ofMinutes(1);

  private final Duration timeout;
  private final CloseableHttpClient client;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("penstock-webhooks-timer").factory());

  /**
   * @param resolver returns the addresses to which webhooks may be sent
   */
  public HttpSender(WebhookSettings settings, CheckedResolver resolver) {
    this(settings, resolver, SSLContexts.createDefault());
  }

  HttpSender(WebhookSettings settings, CheckedResolver resolver, SSLContext tls) {
    this.timeout = settings.timeout();
    Timeout longest = Timeout.of(timeout);
    PoolingHttpClientConnectionManager connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(resolver)
            .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder()
                    .http1Config(
                        Http1Config.custom()
                            .setMaxLineLength(MOST_LINE)
                            .setMaxHeaderCount(MOST_HEADERS)
                            .build())
                    .build())
            .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(longest).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(longest)
                    .setSocketTimeout(longest)
                    .setTimeToLive(REUSED_FOR)
                    .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                    .build())
            .setMaxConnTotal(settings.maxConcurrent())
            .setMaxConnPerRoute(settings.maxConcurrentPerHost())
            .build();
    this.client =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(longest)
                    .setResponseTimeout(longest)
                    .build())
            .setUserAgent("Penstock-Webhooks/1")
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .evictExpiredConnections()
            .build();
  }

  @Override
  public Outcome send(WebhookEndpoint endpoint, WebhookEvent event, Instant now) {
    HttpPost post = request(endpoint, event, now);
    AtomicBoolean late = new AtomicBoolean();
    Future<?> alarm =
        timer.schedule(
            () -> {
              late.set(true);
              post.cancel();
            },
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      ClassicHttpResponse answer = client.executeOpen(null, post, null);
      Outcome outcome = outcome(answer, now);
      drop(answer, post);
      return outcome;
    } catch (IOException | IllegalStateException failed) {
      return Outcome.Failed.of(late.get() ? slow() : shortened(reason(failed)));
    } finally {
      alarm.cancel(false);
    }
  }

  private static HttpPost request(WebhookEndpoint endpoint, WebhookEvent event, Instant now) {
    HttpPost post = new HttpPost(endpoint.url());
    String body = event.body();
    post.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
    post.setHeader(Webhook.UNBRANDED_MSG_ID_KEY, event.id());
    post.setHeader(Webhook.UNBRANDED_MSG_TIMESTAMP_KEY, Long.toString(now.getEpochSecond()));
    post.setHeader(Webhook.UNBRANDED_MSG_SIGNATURE_KEY, signature(endpoint, event.id(), now, body));
    return post;
  }

  /** One signature for each secret that counts, so that a receiver may change them in its time. */
  private static String signature(WebhookEndpoint endpoint, String id, Instant now, String body) {
    StringBuilder all = new StringBuilder();
    for (String secret : endpoint.secrets().active(now)) {
      try {
        all.append(all.isEmpty() ? "" : " ")
            .append(new Webhook(secret).sign(id, now.getEpochSecond(), body));
      } catch (EmptyWebhookSecretException | WebhookSigningException impossible) {
        throw new IllegalStateException("the secret of an endpoint can sign", impossible);
      }
    }
    return all.toString();
  }

  private static Outcome outcome(ClassicHttpResponse answer, Instant now) {
    int status = answer.getCode();
    if (status >= HttpStatus.SC_OK && status < HttpStatus.SC_REDIRECTION) {
      return new Outcome.Taken(status);
    }
    if (status == HttpStatus.SC_GONE) {
      return new Outcome.Gone();
    }
    String reason =
        status < HttpStatus.SC_CLIENT_ERROR
            ? "the receiver answered %d, and redirects are not followed".formatted(status)
            : "the receiver answered %d".formatted(status);
    return new Outcome.Failed(reason, retryAfter(answer, now));
  }

  private static Optional<Duration> retryAfter(ClassicHttpResponse answer, Instant now) {
    Header header = answer.getFirstHeader(HttpHeaders.RETRY_AFTER);
    String value = header == null ? "" : String.valueOf(header.getValue()).strip();
    try {
      return value.matches("[0-9]{1,9}")
          ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
          : Optional.of(
                  Duration.between(
                      now,
                      ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()))
              .filter(pause -> !pause.isNegative());
    } catch (DateTimeException none) {
      return Optional.empty();
    }
  }

  /**
   * A short body is read, so that the connection can be used again. Any other is cut off first, for
   * closing it would read it to its end. The head has said all that counts.
   */
  private static void drop(ClassicHttpResponse answer, HttpPost post) {
    HttpEntity entity = answer.getEntity();
    boolean isShort =
        entity == null
            || (entity.getContentLength() >= 0 && entity.getContentLength() <= MOST_BODY);
    try (answer) {
      if (isShort) {
        EntityUtils.consume(entity);
      } else {
        post.cancel();
      }
    } catch (IOException expected) {
      LOG.trace("The body of an answer was dropped", expected);
    }
  }

  /** Some of it may be the receiver's own words. */
  private static String shortened(String reason) {
    return reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) + "..." : reason;
  }

  private String slow() {
    return "the receiver did not answer within %d s".formatted(Math.max(1, timeout.toSeconds()));
  }

  private String reason(Exception failed) {
    return switch (failed) {
      case RefusedAddressException refused -> String.valueOf(refused.getMessage());
      case UnknownHostException _ -> "the host has no address";
      case SocketTimeoutException _ -> slow();
      case SSLException tls -> "no secure connection: " + tls.getMessage();
      case ClientProtocolException _ -> "the answer is not HTTP";
      default -> "no answer: " + failed.getMessage();
    };
  }

  @Override
  public void close() throws IOException {
    timer.shutdownNow();
    client.close();
  }
}
