"""The Bolt app, configured for one workspace."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from portout.slack.client import Identity, library_log


def bolt_app(client: AsyncWebClient, identity: Identity) -> AsyncApp:
    """Return the app; it authorizes every request with this identity, without a call to Slack."""
    result = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_id=identity.bot_id,
        bot_user_id=identity.bot_user_id,
        bot_token=client.token,
    )

    async def authorize() -> AuthorizeResult:
        return result

    return AsyncApp(
        # Without a name, Bolt searches every loaded module for one.
        name="portout",
        logger=library_log,
        client=client,
        authorize=authorize,
        # The answer is sent when the listener has finished: a listener that fails must not be acknowledged.
        process_before_response=True,
        # Both are for workflow steps and assistants, which this app does not have.
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        # The HTTP server has verified the request already; Bolt requires a secret nevertheless.
        request_verification_enabled=False,
        signing_secret="verified by the HTTP server",  # noqa: S106
    )
