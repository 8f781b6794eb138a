package io.penstock.broker.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import io.penstock.broker.connections.ReadPace;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose client sends a request too slowly: its first line and headers, or its
 * body. What happens between requests is not its concern. One for each connection.
 */
final class ReadPaceHandler extends ChannelInboundHandlerAdapter {

  static final String NAME = "penstock-read-pace";

  private static final Logger LOG = LoggerFactory.getLogger(ReadPaceHandler.class);

  private final ReadPace pace;
  private long begun;
  private long bytes;
  private @Nullable Future<?> check;

  ReadPaceHandler(ReadPace pace) {
    this.pace = pace;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    begin(context);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    end();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
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
    begun = System.nanoTime();
    bytes = 0;
    schedule(context, pace.grace());
  }

  private void end() {
    if (check != null) {
      check.cancel(false);
      check = null;
    }
  }

  private void schedule(ChannelHandlerContext context, Duration in) {
    check =
        context.executor().schedule(() -> look(context), in.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  private void look(ChannelHandlerContext context) {
    Duration left = pace.left(Duration.ofNanos(System.nanoTime() - begun), bytes);
    if (left.isPositive()) {
      schedule(context, left);
    } else {
      LOG.debug("Closing a connection that has sent {} bytes of a request too slowly", bytes);
      var _ = context.close();
    }
  }
}
