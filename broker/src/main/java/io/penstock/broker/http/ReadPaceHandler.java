package io.penstock.broker.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import io.penstock.broker.connections.ReadPace;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose client sends a request too slowly: its first line and headers, or its
 * body. Only the time counts in which the server waits for the client, not that in which the server
 * does not read. What happens between requests is not its concern. One for each connection.
 */
final class ReadPaceHandler extends ChannelDuplexHandler {

  static final String NAME = "penstock-read-pace";

  private static final Logger LOG = LoggerFactory.getLogger(ReadPaceHandler.class);

  private final ReadPace pace;

  /** For how long the client was waited for, but for the present wait. */
  private long waitedNanos;

  /** Since when the client is waited for, if it is. */
  private OptionalLong waitsSince = OptionalLong.empty();

  private long bytes;
  private @Nullable Future<?> check;

  ReadPaceHandler(ReadPace pace) {
    this.pace = pace;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    waitsSince = OptionalLong.of(System.nanoTime());
    begin(context);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end();
  }

  @Override
  public void read(ChannelHandlerContext context) {
    if (waitsSince.isEmpty()) {
      waitsSince = OptionalLong.of(System.nanoTime());
    }
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    waitedNanos = waited();
    waitsSince = OptionalLong.empty();
    if (message instanceof HttpRequest) {
      begin(context);
    }
    if (message instanceof HttpContent content) {
      bytes += content.content().readableBytes();
    }
    if (message instanceof LastHttpContent) {
      end();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    context.fireChannelInactive();
  }

  private void begin(ChannelHandlerContext context) {
    end();
    waitedNanos = 0;
    bytes = 0;
    schedule(context, pace.grace());
  }

  private void end() {
    if (check != null) {
      check.cancel(false);
      check = null;
    }
  }

  private long waited() {
    return waitedNanos + (waitsSince.isPresent() ? System.nanoTime() - waitsSince.getAsLong() : 0);
  }

  private void schedule(ChannelHandlerContext context, Duration in) {
    check =
        context.executor().schedule(() -> look(context), in.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  private void look(ChannelHandlerContext context) {
    Duration left = pace.left(Duration.ofNanos(waited()), bytes);
    if (left.isPositive()) {
      schedule(context, left);
    } else {
      LOG.debug("Closing a connection that has sent {} bytes of a request too slowly", bytes);
      var _ = context.close();
    }
  }
}
