/** How long to wait before what failed is tried again. */
package io.penstock.schemas.retry;
