/** What tenants spend, and what requests cost. */
@NullMarked
package io.penstock.streams.control.spend;

import org.jspecify.annotations.NullMarked;
