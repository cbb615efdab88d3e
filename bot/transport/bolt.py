"""Bolt, set up for one workspace."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from portout.slack.client import Identity, library_log


def bolt_app(client: AsyncWebClient, identity: Identity) -> AsyncApp:
    """Return the app, which knows who it is and never asks."""
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
        # Without one, Bolt looks for a name in every module that is loaded.
        name="portout",
        logger=library_log,
        client=client,
        authorize=authorize,
        # The answer goes out when the listener is done, and a listener that fails is not acknowledged.
        process_before_response=True,
        # Workflow steps and assistants, which this app has none of.
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        # The HTTP server has verified already; Bolt wants a secret all the same.
        request_verification_enabled=False,
        signing_secret="verified by the HTTP server",  # noqa: S106
    )
