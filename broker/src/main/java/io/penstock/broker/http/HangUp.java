package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpRequestWrapper;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.Optional;

/** Notices that a caller has gone. */
public final class HangUp implements AutoCloseable {

  private final Optional<Channel> channel;
  private final ChannelFutureListener listener;

  /**
   * @param gone runs once on the server's thread if the connection ends before {@link #close}
   */
  public HangUp(HttpRequest<?> request, Runnable gone) {
    this.channel = channel(request);
    this.listener = _ -> gone.run();
    channel.ifPresent(each -> each.closeFuture().addListener(listener));
  }

  /** The connection of a call. */
  static Optional<Channel> channel(HttpRequest<?> request) {
    return switch (request) {
      case NettyHttpRequest<?> netty -> Optional.of(netty.getChannelHandlerContext().channel());
      case HttpRequestWrapper<?> wrapper -> channel(wrapper.getDelegate());
      default -> Optional.empty();
    };
  }

  /** The answer is known: from now on a closed connection means nothing. */
  @Override
  public void close() {
    channel.ifPresent(each -> each.closeFuture().removeListener(listener));
  }
}
